package io.muster.http.room.civic;

import io.muster.actors.session.Cause;
import io.muster.http.Guests;
import io.muster.http.edge.Ending;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Leaving;
import io.muster.http.edge.RawSocket;
import io.muster.http.room.RoomError;
import io.muster.http.room.civic.CivicDoor.Visit;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How long somebody may be in: until the token ends, the session is over or the node leaves.
 * Confined to its loop.
 */
final class Stay implements Leaving {
  private final Visit visit;
  private final RawSocket socket;
  private final CivicDoor door;
  private final Consumer<RoomError> over;
  private final Consumer<Cause> whenOver;
  private ScheduledFuture<?> expiry;
  private boolean isOver;

  /**
   * @param over told once, before the socket is closed
   */
  Stay(Visit visit, RawSocket socket, CivicDoor door, Consumer<RoomError> over) {
    this.visit = visit;
    this.socket = socket;
    this.door = door;
    this.over = over;
    this.whenOver = _ -> socket.loop().execute(() -> end(RoomError.SESSION_REVOKED));
  }

  void begin() {
    var life = Duration.between(door.envelope().clock().instant(), visit.participant().expiresAt());
    expiry =
        socket
            .loop()
            .schedule(
                () -> end(RoomError.TOKEN_EXPIRED),
                Math.max(0, life.toMillis()),
                TimeUnit.MILLISECONDS);
    door.here().came(visit.participant().session(), whenOver);
    door.guests().came(this, Guests.Kind.GUEST);
  }

  /** Closes the socket. On its loop. */
  void end(RoomError why) {
    if (!isOver) {
      over.accept(why);
      socket.close(why.closeCode(), CivicDoor.reason(door.told(why)));
      ended();
    }
  }

  /** The socket is closed. */
  void ended() {
    if (!isOver) {
      isOver = true;
      expiry.cancel(false);
      door.here().left(visit.participant().session(), whenOver);
      door.guests().left(this);
    }
  }

  @Override
  public void send(Frame frame) {
    // What everybody is told is in another dialect; the close code says it here.
  }

  @Override
  public void end(Ending ending) {
    socket.loop().execute(() -> end(RoomError.SERVER_SHUTTING_DOWN));
  }
}
