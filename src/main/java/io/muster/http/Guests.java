package io.muster.http;

import io.muster.http.edge.Ending;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Leaving;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Everybody who is connected to this node, so that they can be told when it leaves. */
public final class Guests {
  private static final Frame SHUTDOWN =
      Frame.event("server:shutdown", Json.object().put("reconnect", true));

  // As many handshakes as a node has long done when the next ones come.
  private static final int AT_ONCE = 250;

  private final Map<Leaving, Kind> sockets = new ConcurrentHashMap<>();
  private volatile boolean isLeaving;

  public enum Kind {
    DEVICE,
    DASHBOARD,
    /** Of a room. */
    GUEST
  }

  /** Whoever still gets in while the node leaves is told and ended at once. */
  public void came(Leaving socket, Kind kind) {
    boolean isLate;
    synchronized (this) {
      isLate = isLeaving;
      sockets.put(socket, kind);
    }
    if (isLate) {
      socket.send(SHUTDOWN);
      socket.end(Ending.RESTARTING);
    }
  }

  public int count() {
    return sockets.size();
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

  public void left(Leaving socket) {
    sockets.remove(socket);
  }

  /** This node leaves: who ends from now on was sent away by us. */
  public boolean isLeaving() {
    return isLeaving;
  }

  /**
   * A transport that is closed is one that comes back; a polite disconnect would end real clients
   * for good. All are told at once. A large crowd ends in parts over the whole time, because those
   * who end together come back together.
   *
   * @param over for the whole crowd; a small one needs no time
   * @param rest takes the time between two parts. Not on an event loop
   */
  public void sendAway(Duration over, Consumer<Duration> rest) {
    List<Leaving> all;
    synchronized (this) { // each socket is either among them or comes late
      isLeaving = true;
      all = new ArrayList<>(sockets.keySet());
    }
    Collections.shuffle(all); // not all screens of one place in one part
    all.forEach(socket -> socket.send(SHUTDOWN));
    var pause = over.dividedBy(Math.max(1, all.size() / AT_ONCE));
    for (int next = 0; next < all.size(); next++) {
      if (next > 0 && next % AT_ONCE == 0) {
        rest.accept(pause);
      }
      all.get(next).end(Ending.RESTARTING);
    }
  }
}
