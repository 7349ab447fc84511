package io.muster.actors.screen;

import static io.muster.support.Eventually.await;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.screen.Darkroom.Offer;
import io.muster.actors.screen.Darkroom.Result;
import io.muster.support.MemoryAlbum;
import io.muster.support.MemoryScreenshots;
import io.muster.support.MemoryTelemetry;
import io.muster.support.Pictured;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DarkroomTest {
  private static final OrgId ACME = new OrgId("acme");
  private static final DeviceId TV = new DeviceId("tv-1");
  private static final Instant START = Instant.parse("2026-03-01T08:15:30.120Z");
  private static final int IMAGE_MAX = 30_000;
  private static final int KEEP = 2;
  private static final String PICTURE = text(Pictured.png(64, 36));

  private static ActorTestKit kit;

  private final List<Shot> told = new CopyOnWriteArrayList<>();
  private final MemoryTelemetry telemetry = new MemoryTelemetry();
  private final Ticking clock = new Ticking();
  private final MemoryScreenshots storage = new MemoryScreenshots(clock);
  private final MemoryAlbum album = new MemoryAlbum();
  private Darkroom darkroom;

  /** A millisecond later each time it is read, as no two pictures are of one moment. */
  private static final class Ticking extends Clock {
    private Instant now = START;

    @Override
    public synchronized Instant instant() {
      now = now.plusMillis(1);
      return now;
    }

    synchronized void forward(Duration by) {
      now = now.plus(by);
    }

    @Override
    public java.time.ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }
  }

  @BeforeAll
  static void open() {
    kit = ActorTestKit.create();
  }

  @AfterAll
  static void close() {
    kit.shutdownTestKit();
  }

  @BeforeEach
  void set_up() {
    var settings =
        new ScreenshotSettings(
            IMAGE_MAX,
            1_000_000,
            Duration.ofMinutes(15),
            Duration.ofMinutes(5),
            KEEP,
            // Two pictures' text and bytes.
            4L * PICTURE.length());
    darkroom =
        new Darkroom(
            storage,
            album,
            settings,
            List.of(told::add),
            telemetry,
            kit.system().classicSystem().scheduler(),
            clock);
  }

  @AfterEach
  void tear_down() {
    darkroom.close();
  }

  private static String text(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private CompletionStage<Result> sends(String base64) {
    return sends("r-1", base64, Optional.empty());
  }

  private CompletionStage<Result> sends(String request, String base64, Optional<Instant> at) {
    return darkroom.takeIn(new Darkroom.Taken(ACME, TV, request, base64, at));
  }

  private void isRefused(NotTaken why, CompletionStage<Result> answer) {
    assertEquals(new Result.Refused(why), await(answer));
    assertEquals(List.of(), told);
    assertTrue(telemetry.counted().contains("screenshot refused: " + why));
  }

  private Shot kept(CompletionStage<Result> answer) {
    return assertInstanceOf(Result.Kept.class, await(answer)).shot();
  }

  @Nested
  class A_picture_in_an_event {
    @Test
    void is_stored_remembered_told_and_counted() {
      var file = Pictured.png(64, 36);
      var shot = kept(sends(text(file)));
      assertArrayEquals(file, storage.files().get(shot.key()));
      assertEquals(List.of(shot), await(album.of(ACME, TV)));
      assertEquals(List.of(shot), told);
      assertEquals(List.of("screenshot stored"), telemetry.counted());
    }

    @Test
    void has_the_size_that_it_says_of_itself() {
      var shot = kept(sends(text(Pictured.jpeg(64, 36))));
      assertEquals(ImageType.JPEG, shot.key().type());
      assertEquals(64, shot.width());
      assertEquals(36, shot.height());
    }

    @Test
    void that_is_larger_than_allowed_is_refused() {
      isRefused(NotTaken.TOO_LARGE, sends("A".repeat(IMAGE_MAX / 3 * 4 + 4)));
    }

    @Test
    void that_is_no_base64_to_its_end_is_refused() {
      for (String bad :
          new String[] {"A", "####", "AAA", "AA=A", "====", "AAAA\n", "_-_-", "ÄÄÄÄ", "AAAAA==="}) {
        isRefused(NotTaken.NOT_BASE64, sends(bad));
      }
    }

    @Test
    void that_is_no_picture_is_refused() {
      for (String bad : new String[] {"", "AAAA", text("GIF89a".getBytes())}) {
        isRefused(NotTaken.NOT_AN_IMAGE, sends(bad));
      }
    }

    @Test
    void that_would_unpack_to_more_than_anybody_can_hold_is_refused() {
      isRefused(NotTaken.TOO_MANY_PIXELS, sends(text(Pictured.pngClaiming(60_000, 60_000))));
      assertEquals(0, storage.asked());
    }

    @Test
    void leaves_its_place_to_newer_ones_and_its_file_goes_too() {
      var first = kept(sends(PICTURE));
      kept(sends(PICTURE));
      kept(sends(PICTURE));
      eventually("two are left", () -> storage.files().size() == KEEP);
      assertFalse(storage.files().containsKey(first.key()));
      assertEquals(KEEP, await(album.of(ACME, TV)).size());
    }
  }

  @Nested
  class Its_times {
    @Test
    void are_fresh_when_it_was_taken_after_it_was_asked_for() {
      darkroom.asked(TV, "r-1", START);
      var shot = kept(sends("r-1", PICTURE, Optional.of(START)));
      assertEquals(Optional.of(START), shot.requestedAt());
      assertEquals(Optional.of(true), shot.fresh());
    }

    @Test
    void are_stale_when_it_was_taken_before() {
      darkroom.asked(TV, "r-1", START);
      var shot = kept(sends("r-1", PICTURE, Optional.of(START.minusMillis(1))));
      assertEquals(Optional.of(false), shot.fresh());
    }

    @Test
    void are_unknown_when_nobody_here_has_asked_or_another_device_was_asked() {
      darkroom.asked(new DeviceId("tv-2"), "r-1", START);
      assertEquals(Optional.empty(), kept(sends(PICTURE)).fresh());
    }

    @Test
    void stay_those_of_the_first_time_a_command_was_sent() {
      darkroom.asked(TV, "r-1", START);
      darkroom.asked(TV, "r-1", START.plusSeconds(5));
      assertEquals(Optional.of(START), kept(sends(PICTURE)).requestedAt());
    }

    @Test
    void are_ours_when_the_device_has_none_that_can_be_believed() {
      for (Instant wrong :
          new Instant[] {Instant.EPOCH, START.plus(Duration.ofMinutes(2)), Instant.MAX}) {
        var shot = kept(sends("r-1", PICTURE, Optional.of(wrong)));
        assertEquals(shot.storedAt(), shot.capturedAt());
      }
    }
  }

  @Nested
  class When_the_storage_is_away {
    @Test
    void a_picture_is_answered_by_failure_and_counted() {
      storage.goAway();
      isRefused(NotTaken.FAILED, sends(PICTURE));
      assertTrue(telemetry.counted().contains("screenshot storage failed"));
    }

    @Test
    void it_is_left_alone_after_some_failures() {
      storage.goAway();
      for (int i = 0; i < 5; i++) {
        await(sends(PICTURE));
      }
      int asked = storage.asked();
      isRefused(NotTaken.STORAGE_AWAY, sends(PICTURE));
      assertEquals(asked, storage.asked());
    }

    @Test
    void a_slow_one_holds_no_more_pictures_than_the_limit() {
      storage.goSlow();
      var first = sends(PICTURE);
      var second = sends(PICTURE);
      isRefused(NotTaken.BUSY, sends(PICTURE));
      storage.comeBack();
      kept(first);
      kept(second);
      kept(sends(PICTURE));
    }

    @Test
    void an_album_that_is_away_leaves_no_file_behind() {
      album.goAway();
      isRefused(NotTaken.FAILED, sends(PICTURE));
      eventually("the file is gone", () -> storage.files().isEmpty());
    }
  }

  @Nested
  class A_picture_that_goes_to_the_storage_by_itself {
    private final byte[] file = Pictured.png(64, 36);

    private ScreenshotKey offered() {
      var wish = new Darkroom.Wish(ACME, TV, ImageType.PNG, file.length, 64, 36);
      return assertInstanceOf(Offer.Made.class, darkroom.offer(wish)).key();
    }

    private CompletionStage<Result> uploaded(String key) {
      return darkroom.uploaded(new Darkroom.Uploaded(ACME, TV, "r-1", key, Optional.empty()));
    }

    @Test
    void is_remembered_and_told_once_it_is_there() {
      var key = offered();
      await(storage.put(key, file));
      var shot = kept(uploaded(key.text()));
      assertEquals(file.length, shot.bytes());
      assertEquals(List.of(shot), told);
    }

    @Test
    void is_told_once_however_often_the_device_says_so() {
      var key = offered();
      await(storage.put(key, file));
      assertEquals(kept(uploaded(key.text())), kept(uploaded(key.text())));
      assertEquals(1, told.size());
    }

    @Test
    void that_is_not_there_is_refused() {
      isRefused(NotTaken.NOT_THERE, uploaded(offered().text()));
    }

    @Test
    void that_is_none_is_refused_and_deleted() {
      var key = offered();
      await(storage.put(key, "<html>".getBytes()));
      isRefused(NotTaken.NOT_AN_IMAGE, uploaded(key.text()));
      eventually("deleted", () -> storage.files().isEmpty());
    }

    @Test
    void of_another_format_than_was_said_is_refused() {
      var key = offered();
      await(storage.put(key, Pictured.jpeg(64, 36)));
      isRefused(NotTaken.NOT_AN_IMAGE, uploaded(key.text()));
    }

    @Test
    void of_another_device_or_organisation_is_refused_and_left_alone() {
      for (String key :
          new String[] {
            "screenshots/acme/tv-2/%d.png",
            "screenshots/evil/tv-1/%d.png",
            "screenshots/acme/../%d.png",
            "nonsense"
          }) {
        isRefused(NotTaken.NOT_YOURS, uploaded(key.formatted(START.toEpochMilli())));
      }
      assertEquals(0, storage.asked());
    }

    @Test
    void whose_time_is_over_is_refused() {
      var key = offered();
      clock.forward(Duration.ofMinutes(7));
      isRefused(NotTaken.NOT_YOURS, uploaded(key.text()));
    }

    @Test
    void is_not_even_offered_a_place_when_it_says_it_is_too_large() {
      for (long bytes : new long[] {0, -1, storage.uploadMax() + 1, Long.MAX_VALUE}) {
        assertEquals(
            new Offer.Refused(NotTaken.TOO_LARGE),
            darkroom.offer(new Darkroom.Wish(ACME, TV, ImageType.PNG, bytes, 1, 1)));
      }
      assertEquals(
          new Offer.Refused(NotTaken.TOO_MANY_PIXELS),
          darkroom.offer(new Darkroom.Wish(ACME, TV, ImageType.PNG, 1, 100_000, 100_000)));
    }
  }
}
