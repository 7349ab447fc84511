package io.muster.actors.device;

import io.muster.actors.Wire;
import org.apache.pekko.actor.typed.ActorRef;

/** What a device says to the socket that owns it, or wants to. */
public sealed interface ToSession extends Wire {

  /**
   * The connection owns the device from now on, under this epoch. Heartbeats may go straight to the
   * device.
   */
  record Welcome(long epoch, ActorRef<DeviceCommand> device) implements ToSession {}

  /** The device has restarted or moved and knows the connection again. */
  record Found(ActorRef<DeviceCommand> device) implements ToSession {}

  record Heard(long token) implements ToSession {}

  record Deliver(Order order) implements ToSession {}

  record Goodbye(Reason reason) implements ToSession {}

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
