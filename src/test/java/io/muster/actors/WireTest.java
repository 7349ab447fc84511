package io.muster.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.DeviceView.Hints;
import io.muster.actors.LastSeen.Seen;
import io.muster.actors.dashboard.ToDashboard.Sampled;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What crosses from node to node arrives as it was. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class WireTest {
  private static final ActorTestKit KIT =
      ActorTestKit.create(
          ConfigFactory.parseString(
                  """
                  pekko.actor.provider = local
                  pekko.actor.serialization-bindings { "io.muster.actors.Wire" = jackson-cbor }
                  """)
              .withFallback(ConfigFactory.load()));

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  @Test
  void samples_with_all_that_a_device_says() {
    var showing =
        new Showing(
            Optional.of("movie"),
            Optional.empty(),
            Optional.of("playing"),
            Optional.of("cached"),
            Optional.of(""));
    var hints =
        new Hints(
            Optional.of(Instant.parse("2026-03-01T08:30:00Z")),
            Optional.of("1"),
            new Load(12.5, Double.NaN, 61, 44.5, 12),
            3,
            Optional.of(showing));
    var sampled =
        new Sampled(
            List.of(
                new Seen(new DeviceId("tv-1"), new OrgId("acme"), hints),
                new Seen(new DeviceId("tv-2"), new OrgId("acme"), Hints.NONE)));
    assertEquals(sampled, KIT.serializationTestKit().verifySerialization(sampled, true));
  }
}
