package io.muster.actors.device;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.muster.actors.DeviceId;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
class UrgentDevicesTest {
  @Nested
  class A_device_that_is_away {
    private static ActorTestKit kit;
    private DeviceRig tv;

    @BeforeAll
    static void open() {
      kit = ActorTestKit.create(DeviceRig.CONFIG);
    }

    @AfterAll
    static void close() {
      kit.shutdownTestKit();
    }

    @BeforeEach
    void register() {
      tv = new DeviceRig(kit);
      tv.registers();
    }

    @AfterEach
    void unplug() {
      tv.close();
    }

    private void wants(long expiresInSeconds) {
      var wish = tv.wish("reload");
      tv.accepted(
          tv.wants(
              new DeviceCommand.Wish(
                  Optional.empty(),
                  wish.type(),
                  wish.payload(),
                  wish.collapseKey(),
                  expiresInSeconds,
                  wish.by(),
                  wish.key(),
                  wish.traceparent(),
                  wish.giveUpAt())));
    }

    @Test
    void is_urgent_until_its_command_of_a_short_life_ends() {
      wants(300);
      assertTrue(tv.urgent.isUrgent(tv.id));
      tv.clock.advance(Duration.ofSeconds(301));
      assertFalse(tv.urgent.isUrgent(tv.id));
    }

    @Test
    void is_not_urgent_for_a_command_that_waits_for_longer() {
      wants(301);
      assertFalse(tv.urgent.isUrgent(tv.id));
    }
  }

  @Test
  void no_more_are_known_than_there_is_room_for() {
    var clock = Clock.systemUTC();
    var urgent = new UrgentDevices(clock);
    var until = clock.instant().plusSeconds(60);
    int all = UrgentDevices.KNOWN_MAX * 2;
    IntStream.range(0, all).forEach(i -> urgent.wanted(new DeviceId("tv-" + i), until));
    long known =
        IntStream.range(0, all).filter(i -> urgent.isUrgent(new DeviceId("tv-" + i))).count();
    assertEquals(UrgentDevices.KNOWN_MAX, known);
  }

  @Test
  void what_one_node_wants_is_urgent_on_another() {
    var one = ActorTestKit.create("muster", cluster());
    var other = ActorTestKit.create("muster", cluster());
    try {
      var self = Cluster.get(one.system()).selfMember().address();
      Cluster.get(one.system()).manager().tell(Join.create(self));
      Cluster.get(other.system()).manager().tell(Join.create(self));
      var clock = Clock.systemUTC();
      var here = UrgentDevices.start(one.system(), clock);
      var there = UrgentDevices.start(other.system(), clock);
      var id = new DeviceId("tv-1");
      var until = clock.instant().plusSeconds(60);
      var later = new int[1];
      eventually(
          "the other node knows",
          () -> {
            // A hint that came before the nodes knew each other is lost, and a repeat is no news.
            here.wanted(id, until.plusMillis(later[0]++));
            return there.isUrgent(id);
          });
    } finally {
      other.shutdownTestKit();
      one.shutdownTestKit();
    }
  }

  private static Config cluster() {
    return ConfigFactory.parseString("pekko.loglevel = OFF").withFallback(ConfigFactory.load());
  }
}
