package io.muster.actors.device;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * What a device does, written down once more without actors, journals or timers: one thing after
 * the other, in milliseconds. Where the device and this disagree, one of them is wrong.
 */
final class DeviceModel {
  private static final long ACK = 10_000;
  private static final long SILENCE = 60_000;
  private static final long TELLING = 10_000;
  private static final long GRACE = 120_000;
  private static final long[] RETRY_AFTER = {25_000, 40_000, 70_000, 130_000};

  enum Is {
    NEVER_SEEN,
    ONLINE,
    RECONNECTING,
    OFFLINE,
    RETIRED
  }

  /** One socket: the epoch it was welcomed under, and what it was told in this step. */
  static final class Socket {
    final boolean acknowledges;
    final List<String> told = new ArrayList<>();
    long epoch;
    long beats;

    Socket(boolean acknowledges) {
      this.acknowledges = acknowledges;
    }
  }

  private record Sent(long epoch, long at) {}

  private static final class Order {
    final String id;
    final String type;
    final long expires;
    final List<Sent> sent = new ArrayList<>();

    Order(String id, String type, long expires) {
      this.id = id;
      this.type = type;
      this.expires = expires;
    }

    boolean isOnce() {
      return type.equals("reload");
    }

    @Override
    public String toString() {
      var line = new StringBuilder(id);
      sent.forEach(s -> line.append(' ').append(s.epoch).append('@').append(s.at));
      return line.toString();
    }
  }

  long now;
  private Is is = Is.NEVER_SEEN;
  private long epoch;
  private Socket owner;
  private long silenceAt;
  private long awaySince;
  private boolean isRevoked;
  private List<Order> pending = new ArrayList<>();
  private final Map<String, String> ended = new LinkedHashMap<>();

  // ── what can be seen of it ──

  String status() {
    return (is == Is.RETIRED ? Is.OFFLINE : is) + " " + epoch;
  }

  List<String> pending() {
    return pending.stream().map(Order::toString).toList();
  }

  Map<String, String> ended() {
    return ended;
  }

  boolean owns(Socket socket) {
    return owner == socket;
  }

  // ── what may happen to it ──

  void connect(Socket socket, boolean hasOldToken) {
    if (is == Is.RETIRED || hasOldToken && isRevoked) {
      socket.told.add("goodbye revoked");
      return;
    }
    if (owner != null) {
      owner.told.add("goodbye superseded");
    }
    socket.epoch = ++epoch;
    own(socket);
  }

  private void own(Socket socket) {
    is = Is.ONLINE;
    owner = socket;
    socket.told.add("welcome " + epoch);
    deliver();
  }

  void heartbeat(Socket socket) {
    socket.beats++;
    if (is == Is.RETIRED) {
      socket.told.add("goodbye revoked");
    } else if (is == Is.ONLINE && socket.epoch == epoch) {
      socket.told.add("heard " + socket.beats);
      if (owner == null) {
        owner = socket;
        socket.told.add("found");
        deliver();
      }
    } else if (is == Is.ONLINE) {
      socket.told.add("goodbye superseded");
    } else if (socket.epoch == epoch && is != Is.NEVER_SEEN) {
      own(socket);
      // The answer comes after the welcome, and nothing tells whether before or after the commands.
      socket.told.add("heard " + socket.beats);
    } else {
      socket.told.add("goodbye unavailable");
    }
  }

  void goodbye(Socket socket) {
    if (is == Is.ONLINE && socket.epoch == epoch) {
      leave();
    }
  }

  void die(Socket socket) {
    if (owner == socket) {
      leave();
    }
  }

  private void leave() {
    is = Is.RECONNECTING;
    owner = null;
    awaySince = now;
  }

  void restart() {
    owner = null;
    silenceAt = now + SILENCE;
  }

  void revoke() {
    if (is == Is.RETIRED) {
      return;
    }
    isRevoked = true;
    shutOut();
    if (is == Is.ONLINE) {
      leave();
    }
    epoch++;
  }

  void retire() {
    if (is != Is.RETIRED) {
      shutOut();
      is = Is.RETIRED;
      List.copyOf(pending).forEach(order -> end(order, "cancelled retired"));
    }
  }

  private void shutOut() {
    if (owner != null) {
      owner.told.add("goodbye revoked");
      owner = null;
    }
  }

  boolean accepts() {
    return is != Is.RETIRED;
  }

  void enqueue(String id, String type, long seconds) {
    pending.add(new Order(id, type, now + 1_000 * seconds));
    deliver();
  }

  void acknowledge(String id, String outcome) {
    for (Order order : List.copyOf(pending)) {
      if (order.id.equals(id) && !order.sent.isEmpty()) {
        end(order, outcome);
        deliver();
      }
    }
  }

  void cancel(String id) {
    for (Order order : List.copyOf(pending)) {
      if (order.id.equals(id)) {
        end(order, "cancelled by ann");
        deliver();
      }
    }
  }

  // ── time ──

  /** The next instant at which anything could be due. */
  OptionalLong next() {
    var next = deadlines().ceiling(now);
    return next == null ? OptionalLong.empty() : OptionalLong.of(next);
  }

  boolean isDeadline(long instant) {
    return deadlines().contains(instant);
  }

  private TreeSet<Long> deadlines() {
    var due = new TreeSet<Long>();
    due.add(silenceAt);
    due.add(awaySince + TELLING);
    due.add(awaySince + GRACE);
    for (Order order : pending) {
      due.add(order.expires);
      if (!order.sent.isEmpty()) {
        long at = order.sent.getLast().at;
        due.add(at + ACK);
        for (long retry : RETRY_AFTER) {
          due.add(at + retry);
        }
      }
    }
    return due;
  }

  void becomes(long instant) {
    now = instant;
    if (is == Is.RECONNECTING && now >= awaySince + GRACE) {
      is = Is.OFFLINE;
    }
    if (is == Is.ONLINE && owner == null && now >= silenceAt) {
      leave();
    }
    deliver();
  }

  // ── delivery ──

  private void deliver() {
    boolean isFree = owner != null;
    for (Order order : List.copyOf(pending)) {
      if (order.expires <= now) {
        end(order, order.sent.isEmpty() ? "expired not_sent" : "expired no_ack");
      } else if (isFree) {
        isFree = advance(order);
      }
    }
  }

  /** True when the next one may go as well. */
  private boolean advance(Order order) {
    if (order.sent.isEmpty()) {
      return send(order);
    }
    var last = order.sent.getLast();
    boolean isNewConnection = last.epoch < epoch;
    if (order.isOnce()) {
      if (isNewConnection) {
        end(order, "acknowledged by reconnected");
        return true;
      }
      return now >= last.at + ACK;
    }
    if (!isNewConnection && now < last.at + ACK) {
      return false;
    }
    if (order.sent.size() == 5) {
      end(order, "failed no_ack");
      return true;
    }
    if (isNewConnection || now >= last.at + RETRY_AFTER[order.sent.size() - 1]) {
      return send(order);
    }
    return false;
  }

  private boolean send(Order order) {
    order.sent.add(new Sent(epoch, now));
    owner.told.add(order.type + " " + order.id);
    if (owner.acknowledges) {
      return false;
    }
    end(order, "sent unconfirmed");
    return true;
  }

  private void end(Order order, String how) {
    pending.remove(order);
    ended.put(order.id, how);
  }
}
