package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.screen.ImageType;
import io.muster.actors.screen.ScreenshotKey;
import io.muster.actors.screen.Shot;
import io.muster.support.MemoryScreenshots;
import io.muster.support.Postgres;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CmsScreenshotsIT {
  private static final Instant NOW = Instant.parse("2026-03-01T08:30:00.120Z");

  private final Postgres.Fresh fresh = Postgres.shared().database();
  private Database database;
  private CmsScreenshots rows;

  @BeforeEach
  void a_back_end_with_a_device() {
    database = Database.open(PersistenceSettings.of(Optional.of(fresh.url()), Path.of("unused")));
    rows =
        new CmsScreenshots(
            database,
            new MemoryScreenshots(Clock.systemUTC()),
            d -> "%s %dx%d".formatted(d.url(), d.width(), d.height()));
    change(
        """
        create table public.devices (
          id text primary key, "organizationId" text not null, "lastScreenshot" text,
          "lastScreenshotAt" timestamp(3), "updatedAt" timestamp(3) not null)\
        """);
    change("insert into public.devices values ('tv-1', 'acme', null, null, '2026-01-01')");
  }

  @AfterEach
  void close() {
    database.close();
    fresh.close();
  }

  private void change(String sql) {
    await(database.query(c -> c.createStatement().execute(sql)));
  }

  private List<String> row() {
    return await(
        database.query(
            c -> {
              try (var found = c.createStatement().executeQuery("select * from public.devices")) {
                found.next();
                return List.of(
                    String.valueOf(found.getString("lastScreenshot")),
                    String.valueOf(found.getString("lastScreenshotAt")),
                    found.getString("updatedAt"));
              }
            }));
  }

  private static Shot shot(String org, Instant at, int width) {
    var key = ScreenshotKey.at(new OrgId(org), new DeviceId("tv-1"), at, ImageType.PNG);
    return new Shot(key, "r", width, 1080, 9, at, Optional.empty(), at.plusMillis(300));
  }

  @Test
  void a_screenshot_is_in_the_row_in_utc_with_an_address_for_a_week() {
    rows.stored(shot("acme", NOW, 1920));
    eventually("written", () -> row().get(0).startsWith("memory:"));
    assertEquals(
        List.of(
            "memory:screenshots/acme/tv-1/1772353800120.png?604800 1920x1080",
            "2026-03-01 08:30:00.12",
            "2026-03-01 08:30:00.42"),
        row());
  }

  @Test
  void an_older_one_and_one_of_another_organisation_change_nothing() {
    rows.stored(shot("acme", NOW, 1920));
    eventually("written", () -> row().get(0).startsWith("memory:"));
    var written = row();
    rows.stored(shot("acme", NOW.minusSeconds(1), 1));
    rows.stored(shot("evil", NOW.plusSeconds(1), 2));
    rows.stored(shot("acme", NOW, 1920)); // what comes later has been after those
    eventually("written again", () -> row().equals(written));
  }
}
