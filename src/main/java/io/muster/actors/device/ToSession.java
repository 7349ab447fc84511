package io.muster.actors.device;

import io.muster.actors.Wire;
import io.muster.actors.content.Desired;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** What a device says to the socket that owns it, or wants to. */
public sealed interface ToSession extends Wire {

  /**
   * The connection owns the device from now on, under this epoch. Heartbeats may go straight to the
   * device.
   *
   * @param qrOverlay one JSON object for the client's configuration
   */
  record Welcome(long epoch, ActorRef<DeviceCommand> device, Optional<String> qrOverlay)
      implements ToSession {}

  /** The device has restarted or moved and knows the connection again. */
  record Found(ActorRef<DeviceCommand> device) implements ToSession {}

  /**
   * @param isToReconcile the client shall fetch its content
   */
  record Heard(long token, boolean isToReconcile) implements ToSession {}

  record Show(Desired content) implements ToSession {}

  /** In the place of the one the client has; it keeps both until it has used it. */
  record Renew(String token) implements ToSession {
    @Override
    public String toString() {
      return "Renew(hidden)";
    }
  }

  record Deliver(Order order) implements ToSession {}

  /**
   * @param detail why it was revoked, in a word
   */
  record Goodbye(Reason reason, Optional<String> detail) implements ToSession {
    Goodbye(Reason reason) {
      this(reason, Optional.empty());
    }
  }

  enum Reason {
    /** A newer connection owns the device. */
    SUPERSEDED,
    /** The token has ended, or the device was retired. */
    REVOKED,
    /** The token names another organisation than the device's. */
    WRONG_ORGANISATION,
    /** Nothing is wrong with the client; it shall come back in a while. */
    UNAVAILABLE
  }
}
