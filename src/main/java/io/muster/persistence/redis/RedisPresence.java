package io.muster.persistence.redis;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.LastSeen;
import io.muster.actors.Load;
import io.muster.actors.OrgId;
import io.muster.actors.Telemetry;
import io.muster.actors.Telemetry.RedisUse;
import io.muster.actors.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Who is online, where other programs look. Those who are connected are told anew every now and
 * then, because what says so lives a minute; so whatever Redis has lost comes back by itself. What
 * waits is the latest of each device, sent in batches of which one is on its way.
 */
public final class RedisPresence implements LastSeen, Transitions {
  private static final Duration ONLINE_LIFE = Duration.ofSeconds(60);
  private static final Duration OFFLINE_LIFE = Duration.ofDays(1);
  private static final Duration HEARTBEAT_LIFE = Duration.ofSeconds(300);

  // Some 100 kB in one write: others have their turn before the next.
  private static final int BATCH = 500;

  // Several nodes' worth of devices, a few dozen MB at most; further ones are dropped.
  private static final int WAITING_MAX = 100_000;

  private static final Duration RETRY = Duration.ofSeconds(1);

  /** What other programs shall find of a device. */
  private sealed interface Notice {
    DeviceId id();

    record Online(Seen seen) implements Notice {
      @Override
      public DeviceId id() {
        return seen.id();
      }
    }

    record Offline(DeviceId id, OrgId org, Instant lastSeen) implements Notice {}

    record Gone(DeviceId id) implements Notice {}
  }

  private final Redis redis;
  private final Telemetry telemetry;

  // ── both under the lock of the first; a device is in one of them, with the latest of it ──
  private final Map<DeviceId, Notice> facts = new LinkedHashMap<>();
  private final Map<DeviceId, Notice.Online> online = new LinkedHashMap<>();
  private boolean isSending;

  public RedisPresence(Redis redis, Telemetry telemetry) {
    this.redis = redis;
    this.telemetry = telemetry;
  }

  // ── what is told ──

  /**
   * @param connected devices with a connection to this node; told anew at least every 30 s
   * @return complete at once: nobody shall wait for it
   */
  @Override
  public CompletionStage<Void> keep(Collection<Seen> connected) {
    add(connected.stream().<Notice>map(Notice.Online::new).toList());
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void changed(DeviceView device) {
    if (device.retired()) {
      add(List.of(new Notice.Gone(device.id())));
      return;
    }
    switch (device.presence()) {
      case ONLINE ->
          add(List.of(new Notice.Online(new Seen(device.id(), device.org(), connectedAt(device)))));
      case OFFLINE -> missing(device);
      // It may be back in a moment; what says that it is online ends by itself.
      case RECONNECTING, NEVER_SEEN -> {}
    }
  }

  private static DeviceView.Hints connectedAt(DeviceView device) {
    var hints = device.hints();
    return new DeviceView.Hints(
        hints.lastSeen().filter(seen -> seen.isAfter(device.since())).or(() -> since(device)),
        hints.appVersion(),
        hints.load(),
        hints.pendingCommands());
  }

  private static Optional<Instant> since(DeviceView device) {
    return Optional.of(device.since());
  }

  @Override
  public void missing(DeviceView device) {
    var lastSeen = device.hints().lastSeen().orElse(device.since());
    add(List.of(new Notice.Offline(device.id(), device.org(), lastSeen)));
  }

  // ── the queue ──

  /** In parts: devices that have something to tell meanwhile wait for one part only. */
  private void add(List<Notice> notices) {
    int dropped = 0;
    for (int from = 0; from < notices.size(); from += BATCH) {
      dropped += addPart(notices.subList(from, Math.min(notices.size(), from + BATCH)));
    }
    if (dropped > 0) {
      telemetry.redisDropped(RedisUse.PRESENCE, dropped);
    }
  }

  private int addPart(List<Notice> notices) {
    int dropped = 0;
    boolean begins;
    synchronized (facts) {
      for (Notice notice : notices) {
        dropped += put(notice) ? 0 : 1;
      }
      begins = !isSending && size() > 0;
      isSending |= begins;
    }
    if (begins) {
      redis.later(Duration.ZERO, this::send);
    }
    return dropped;
  }

  private boolean put(Notice notice) {
    if (size() >= WAITING_MAX && !isWaiting(notice.id())) {
      return false;
    }
    if (notice instanceof Notice.Online comesAgain) {
      facts.remove(notice.id());
      online.put(notice.id(), comesAgain);
    } else {
      online.remove(notice.id());
      facts.put(notice.id(), notice);
    }
    return true;
  }

  private int size() {
    return facts.size() + online.size();
  }

  private boolean isWaiting(DeviceId id) {
    return facts.containsKey(id) || online.containsKey(id);
  }

  private void send() {
    var batch = take();
    if (!batch.isEmpty()) {
      var writes = new ArrayList<Write>();
      batch.forEach(notice -> write(notice, writes));
      redis
          .write(RedisUse.PRESENCE, writes)
          .whenCompleteAsync(
              (_, failure) -> {
                if (failure == null) {
                  send();
                } else {
                  keepOnlyFacts(batch);
                  redis.later(RETRY, this::send);
                }
              },
              redis.executor());
    }
  }

  /** Nothing more: then the next to add something begins anew. */
  private List<Notice> take() {
    synchronized (facts) {
      var batch = new ArrayList<Notice>();
      take(facts, batch);
      take(online, batch);
      isSending = !batch.isEmpty();
      return batch;
    }
  }

  private static void take(Map<DeviceId, ? extends Notice> from, List<Notice> batch) {
    var each = from.values().iterator();
    while (each.hasNext() && batch.size() < BATCH) {
      batch.add(each.next());
      each.remove();
    }
  }

  /**
   * That somebody is online is told again by itself and would be stale after an outage; that
   * somebody left is told once.
   */
  private void keepOnlyFacts(List<Notice> unsent) {
    int dropped;
    synchronized (facts) {
      var latest = unsent.stream().filter(notice -> !isWaiting(notice.id())).toList();
      dropped = online.size();
      online.clear();
      for (Notice notice : latest) {
        dropped += notice instanceof Notice.Online || !put(notice) ? 1 : 0;
      }
    }
    telemetry.redisDropped(RedisUse.PRESENCE, dropped);
  }

  // ── the wire ──

  private static void write(Notice notice, List<Write> into) {
    var status = "device:status:" + notice.id();
    switch (notice) {
      case Notice.Online n -> {
        into.add(new Write.Set(status, online(n.seen()).toString(), ONLINE_LIFE));
        into.add(
            new Write.Set(
                "heartbeat:%s:latest".formatted(n.id()),
                heartbeat(n.seen()).toString(),
                HEARTBEAT_LIFE));
      }
      case Notice.Offline n ->
          into.add(
              new Write.Set(
                  status, status("offline", n.org(), n.lastSeen()).toString(), OFFLINE_LIFE));
      case Notice.Gone _ -> into.add(new Write.Delete(status));
    }
  }

  private static ObjectNode online(Seen seen) {
    var json = status("online", seen.org(), seen.at());
    if (!seen.hints().load().isUnknown()) {
      json.set("metrics", metrics(seen.hints().load()));
    }
    return json;
  }

  /** The name of a socket means nothing outside of the node that holds it. */
  private static ObjectNode status(String word, OrgId org, Instant lastHeartbeat) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("status", word)
        .put("lastHeartbeat", lastHeartbeat.toEpochMilli())
        .putNull("socketId")
        .put("organizationId", org.value());
  }

  private static ObjectNode heartbeat(Seen seen) {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("deviceId", seen.id().value())
            .put("timestamp", seen.at().toEpochMilli());
    json.set("metrics", metrics(seen.hints().load()));
    return json.putNull("currentContent");
  }

  private static ObjectNode metrics(Load load) {
    var json = JsonNodeFactory.instance.objectNode();
    load.cpuPercent().ifPresent(percent -> json.put("cpuUsage", percent));
    load.memoryPercent().ifPresent(percent -> json.put("memoryUsage", percent));
    return json;
  }
}
