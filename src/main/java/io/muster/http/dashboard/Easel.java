package io.muster.http.dashboard;

import io.muster.actors.DeviceView;
import io.muster.http.edge.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Puts a picture before one dashboard, in parts, as fast as the client takes them. Confined to the
 * socket's loop.
 */
final class Easel {
  /** Some 200 kB: it fits every limit on the way. */
  static final int DEVICES_PER_PART = 500;

  // A picture of 20,000 devices is some 7 MB. More of it than this is not put before a client that
  // has not taken what came before, or it would be ended as too slow each time it comes.
  private static final long OWED_MAX = 256 * 1024;
  private static final long PAUSE_MILLIS = 20;

  private final Socket socket;
  private final Language language;
  private boolean hasEnded;

  Easel(Socket socket, Language language) {
    this.socket = socket;
    this.language = language;
  }

  /** The client has not taken what was said to it before. */
  boolean isBehind() {
    return socket.owed() > OWED_MAX;
  }

  /**
   * @param shown run when the last part has been written; never after {@link #end}
   */
  void show(List<DeviceView> devices, Runnable shown) {
    show(devices, 0, shown);
  }

  private void show(List<DeviceView> devices, int from, Runnable shown) {
    if (hasEnded) {
      return;
    }
    if (isBehind()) {
      socket.loop().schedule(() -> show(devices, from, shown), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
      return;
    }
    int to = Math.min(devices.size(), from + DEVICES_PER_PART);
    boolean isLast = to == devices.size();
    language.picture(devices.subList(from, to), isLast).forEach(socket::send);
    if (isLast) {
      shown.run();
    } else {
      // Others have their turn between two parts.
      socket.loop().execute(() -> show(devices, to, shown));
    }
  }

  void end() {
    hasEnded = true;
  }
}
