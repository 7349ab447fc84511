package io.muster.actors.device;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.muster.actors.DeviceId;
import io.muster.actors.EveryNode;
import io.muster.actors.Wire;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * Devices that are away while a command waits for them that will not wait for long. Every node
 * knows them, for nobody knows where a device comes back. A hint: one that is lost costs its device
 * a place further back, and one too many costs nothing. Thread-safe.
 */
public final class UrgentDevices implements Device.Urgency {
  /** Of a command that is given a short life, which is what existing back ends do. */
  static final Duration LIFE_MAX = Duration.ofMinutes(5);

  static final int KNOWN_MAX = 10_000;

  private final Clock clock;
  private final Cache<DeviceId, Instant> known =
      Caffeine.newBuilder()
          .maximumSize(KNOWN_MAX)
          .expireAfterWrite(LIFE_MAX)
          .executor(Runnable::run)
          .build();
  private Consumer<Wanted> tell = this::heard;

  /** A command for the device ends then. */
  public record Wanted(DeviceId id, Instant until) implements Wire {}

  UrgentDevices(Clock clock) {
    this.clock = clock;
  }

  public static UrgentDevices start(ActorSystem<?> system, Clock clock) {
    var one = new UrgentDevices(clock);
    var nodes =
        EveryNode.listening(
            system,
            "urgent-devices",
            Wanted.class,
            DispatcherSelector.defaultDispatcher(),
            one::heard,
            () -> {}); // a hint that is lost costs a device its turn and nothing else
    one.tell = nodes::tell;
    return one;
  }

  @Override
  public void wanted(DeviceId id, Instant until) {
    if (isNews(id, until)) {
      tell.accept(new Wanted(id, until));
    }
  }

  private boolean isNews(DeviceId id, Instant until) {
    var before = known.getIfPresent(id);
    return clock.instant().isBefore(until) && (before == null || before.isBefore(until));
  }

  void heard(Wanted one) {
    if (isNews(one.id(), one.until())) {
      known.put(one.id(), one.until());
    }
  }

  public boolean isUrgent(DeviceId id) {
    var until = known.getIfPresent(id);
    return until != null && clock.instant().isBefore(until);
  }
}
