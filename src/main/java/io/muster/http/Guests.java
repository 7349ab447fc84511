package io.muster.http;

import io.muster.http.edge.Ending;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Everybody who is connected to this node, so that they can be told when it leaves. */
public final class Guests {
  private static final Frame SHUTDOWN =
      Frame.event("server:shutdown", Json.object().put("reconnect", true));

  private final Map<Socket, Kind> sockets = new ConcurrentHashMap<>();

  public enum Kind {
    DEVICE,
    DASHBOARD
  }

  public void came(Socket socket, Kind kind) {
    sockets.put(socket, kind);
  }

  /** Walks through all of them. Not on an event loop. */
  public int count(Kind kind) {
    int count = 0;
    for (Kind one : sockets.values()) {
      if (one == kind) {
        count++;
      }
    }
    return count;
  }

  public void left(Socket socket) {
    sockets.remove(socket);
  }

  /**
   * A transport that is closed is one that comes back; a polite disconnect would end real clients
   * for good.
   */
  public void sendAway() {
    for (Socket socket : sockets.keySet()) {
      socket.send(SHUTDOWN);
      socket.end(Ending.RESTARTING);
    }
  }
}
