package io.muster.http.edge;

import java.util.Optional;

/** What is mounted on WebSockets without a protocol of ours on top. */
public interface RawApplication {

  /**
   * A client has come. Called on its loop, before anything that it says is handed over.
   *
   * @param token as a bearer or in a subprotocol; not looked at
   */
  Handler opened(RawSocket socket, Optional<String> token);

  /** What the application does with one client. Called on the socket's loop only. */
  interface Handler {
    void text(String message);

    void binary(byte[] message);

    /** The socket has ended, for whatever reason. Called once, and nothing is called after it. */
    void ended();
  }
}
