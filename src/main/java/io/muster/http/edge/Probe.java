package io.muster.http.edge;

/** A WebSocket that wants to take a polling session over, until it has. */
final class Probe implements WebSocket.Owner {
  /** The longest packet of an upgrade is "2probe". */
  private static final int MESSAGE_BYTES_MAX = 125;

  private final EngineSession session;
  private WebSocket socket;

  Probe(EngineSession session) {
    this.session = session;
  }

  void on(WebSocket opened) {
    socket = opened;
    session.probing(opened);
  }

  @Override
  public void text(byte[] utf8, int from, int to) {
    session.probed(socket, utf8, from, to);
  }

  @Override
  public void binary(byte[] bytes, int from, int to) {
    session.probed(socket, bytes, from, to);
  }

  @Override
  public void control() {}

  @Override
  public int messageBytesMax() {
    return MESSAGE_BYTES_MAX;
  }

  @Override
  public void violated(int closeCode) {
    socket.abort();
  }

  @Override
  public void lost() {
    session.upgradeFailed();
  }
}
