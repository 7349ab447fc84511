package io.muster.persistence;

import io.muster.actors.screen.Screenshots;
import io.muster.actors.screen.Shot;
import io.muster.actors.screen.StoredListener;
import java.time.Duration;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last screenshot of a device in the row that the back end reads. A hint: when it cannot be
 * written, the next one will be.
 */
public final class CmsScreenshots implements StoredListener {
  private static final Logger log = LoggerFactory.getLogger(CmsScreenshots.class);

  /** The back end hands the address out as it stands, for as long as it has no newer one. */
  private static final Duration URL_LIFE = Duration.ofDays(7);

  // An older screenshot that was slower must not take the place of a newer one.
  private static final String WRITE =
      """
      update public.devices
      set "lastScreenshot" = ?, "lastScreenshotAt" = ?, "updatedAt" = ?
      where id = ? and "organizationId" = ?
        and ("lastScreenshotAt" is null or "lastScreenshotAt" <= ?)\
      """;

  private final Database database;
  private final Screenshots storage;
  private final Function<Described, String> json;

  /** What the back end's column says of it. */
  public record Described(String url, int width, int height) {}

  /**
   * @param json one JSON object with these members
   */
  public CmsScreenshots(Database database, Screenshots storage, Function<Described, String> json) {
    this.database = database;
    this.storage = storage;
    this.json = json;
  }

  @Override
  public void stored(Shot shot) {
    var described =
        json.apply(new Described(storage.url(shot.key(), URL_LIFE), shot.width(), shot.height()));
    database
        .query(
            c -> {
              try (var update = c.prepareStatement(WRITE)) {
                update.setString(1, described);
                update.setObject(2, CmsColumns.time(shot.capturedAt()));
                update.setObject(3, CmsColumns.time(shot.storedAt()));
                update.setString(4, shot.key().device().value());
                update.setString(5, shot.key().org().value());
                update.setObject(6, CmsColumns.time(shot.capturedAt()));
                return update.executeUpdate();
              }
            })
        .exceptionally(
            failure -> {
              log.warn(
                  "The screenshot of {} is not in the back end's table: {}",
                  shot.key().device(),
                  failure.toString());
              return 0;
            });
  }
}
