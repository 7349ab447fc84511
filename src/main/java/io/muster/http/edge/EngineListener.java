package io.muster.http.edge;

import io.muster.http.socketio.MalformedPacket;
import java.util.OptionalInt;

/** What is spoken over an Engine.IO session. Called on the session's loop only. */
interface EngineListener {

  /**
   * A text message in {@code utf8[from, to)}, valid only during the call.
   *
   * @throws MalformedPacket to end the session
   */
  void text(byte[] utf8, int from, int to) throws MalformedPacket;

  /**
   * A binary message.
   *
   * @throws MalformedPacket to end the session
   */
  void binary(byte[] data) throws MalformedPacket;

  /** Any other sign of life. */
  default void alive() {}

  /** The time asked for by {@link EngineSession#wakeAt} has come. */
  default void due(long now) {}

  /** The session has ended. Called once, and nothing is called after it. */
  void closed();

  /** What is mounted on Engine.IO. */
  @FunctionalInterface
  interface Application {
    EngineListener opened(EngineSession session);

    /** As {@link SocketApplication#comeAgainAfterSeconds}. */
    default OptionalInt comeAgainAfterSeconds() {
      return OptionalInt.empty();
    }
  }
}
