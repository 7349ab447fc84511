package io.muster.http.socketio;

/** What nobody can read, or nobody may send. The whole connection is closed for it. */
public final class MalformedPacket extends Exception {
  /**
   * @param expected what would have been right; never what came, which may be a secret
   */
  public MalformedPacket(String expected) {
    // Anyone may cause it at any rate, so it carries no stack trace.
    super(expected, null, false, false);
  }
}
