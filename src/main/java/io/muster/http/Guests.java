package io.muster.http;

import io.muster.http.edge.Ending;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Everybody who is connected to this node, so that they can be told when it leaves. */
public final class Guests {
  private static final Frame SHUTDOWN =
      Frame.event("server:shutdown", Json.object().put("reconnect", true));

  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean isLeaving;

  public void came(Socket socket) {
    sockets.add(socket);
  }

  public void left(Socket socket) {
    sockets.remove(socket);
  }

  /** This node leaves: who ends from now on was sent away by us. */
  public boolean isLeaving() {
    return isLeaving;
  }

  /**
   * A transport that is closed is one that comes back; a polite disconnect would end real clients
   * for good.
   */
  public void sendAway() {
    isLeaving = true;
    for (Socket socket : sockets) {
      socket.send(SHUTDOWN);
      socket.end(Ending.RESTARTING);
    }
  }
}
