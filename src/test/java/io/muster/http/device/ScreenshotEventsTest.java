package io.muster.http.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.screen.Album;
import io.muster.actors.screen.Darkroom;
import io.muster.actors.screen.ImageType;
import io.muster.actors.screen.ScreenshotKey;
import io.muster.actors.screen.ScreenshotSettings;
import io.muster.actors.screen.Shot;
import io.muster.http.Envelope;
import io.muster.http.Json;
import io.muster.support.MemoryScreenshots;
import io.muster.support.MemoryTelemetry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ScreenshotEventsTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T08:30:00Z"), ZoneOffset.UTC);
  private static final OrgId ACME = new OrgId("acme");
  private static final DeviceId TV = new DeviceId("tv-1");
  private static ActorTestKit kit;

  @BeforeAll
  static void open() {
    kit = ActorTestKit.create();
  }

  @AfterAll
  static void close() {
    kit.shutdownTestKit();
  }

  /** Out of order: it does not even say that it fails. */
  private static final class Broken implements Album {
    @Override
    public CompletionStage<List<ScreenshotKey>> add(Shot shot, int keep) {
      throw new IllegalStateException("broken");
    }

    @Override
    public CompletionStage<List<Shot>> of(OrgId org, DeviceId device) {
      throw new IllegalStateException("broken");
    }
  }

  @Test
  void what_cannot_even_begin_is_answered_and_does_not_bar_the_next() {
    var settings =
        new ScreenshotSettings(1_000, 1_000, Duration.ofMinutes(1), Duration.ofMinutes(1), 1, 9);
    var answers = new ArrayList<JsonNode>();
    try (var darkroom =
        new Darkroom(
            new MemoryScreenshots(CLOCK),
            new Broken(),
            settings,
            List.of(),
            new MemoryTelemetry(),
            kit.system().classicSystem().scheduler(),
            CLOCK)) {
      var events = new ScreenshotEvents(ACME, TV, darkroom, new Envelope(CLOCK));
      var said =
          Json.object()
              .put("requestId", "r-1")
              .put("key", ScreenshotKey.at(ACME, TV, CLOCK.instant(), ImageType.PNG).text());
      for (int i = 0; i < 2; i++) {
        events.uploaded(said, Optional.of(answer -> answers.add(answer[0])));
      }
    }
    assertEquals(
        List.of("Failed to save screenshot", "Failed to save screenshot"),
        answers.stream().map(answer -> answer.get("error").asText()).toList());
  }
}
