package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.screen.Album;
import io.muster.actors.screen.ImageType;
import io.muster.actors.screen.ScreenshotKey;
import io.muster.actors.screen.Shot;
import io.muster.support.OneGateway;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The last pictures of each device, and no others. */
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class AlbumContract {
  private static final OrgId ACME = new OrgId("acme");
  private static final Instant NOW = Instant.parse("2026-03-01T08:30:00.120Z");

  private final DeviceId device = new DeviceId(OneGateway.fresh("tv"));
  private Album album;

  abstract Ports ports();

  @BeforeEach
  void open() {
    album = ports().album();
  }

  private Shot shot(OrgId org, int second) {
    var at = NOW.plusSeconds(second);
    return new Shot(
        ScreenshotKey.at(org, device, at, ImageType.PNG),
        "r-" + second,
        1920,
        1080,
        1_500_000L,
        at.minusMillis(500),
        Optional.of(at.minusSeconds(1)).filter(_ -> second % 2 == 0),
        at);
  }

  @Test
  void shows_them_newest_first_as_they_were_added() {
    await(album.add(shot(ACME, 0), 10));
    await(album.add(shot(ACME, 1), 10));
    assertEquals(List.of(shot(ACME, 1), shot(ACME, 0)), await(album.of(ACME, device)));
  }

  @Test
  void says_which_have_had_to_leave() {
    assertEquals(List.of(), await(album.add(shot(ACME, 0), 2)));
    assertEquals(List.of(), await(album.add(shot(ACME, 1), 2)));
    assertEquals(List.of(shot(ACME, 0).key()), await(album.add(shot(ACME, 2), 2)));
    assertEquals(List.of(shot(ACME, 2), shot(ACME, 1)), await(album.of(ACME, device)));
  }

  @Test
  void holds_one_that_comes_twice_once() {
    await(album.add(shot(ACME, 0), 10));
    await(album.add(shot(ACME, 0), 10));
    assertEquals(List.of(shot(ACME, 0)), await(album.of(ACME, device)));
  }

  @Test
  void shows_nothing_of_another_organisation_or_device() {
    await(album.add(shot(ACME, 0), 1));
    await(album.add(shot(new OrgId("evil"), 1), 1));
    assertEquals(List.of(shot(ACME, 0)), await(album.of(ACME, device)));
    assertEquals(List.of(), await(album.of(ACME, new DeviceId("never"))));
  }

  @Test
  void bears_a_request_with_any_characters() {
    var odd = new Shot(shot(ACME, 0).key(), "a\0b'\ud800", 1, 1, 1, NOW, Optional.empty(), NOW);
    await(album.add(odd, 1));
    assertEquals(1, await(album.of(ACME, device)).size());
  }
}
