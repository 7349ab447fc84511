package io.muster.app;

import io.muster.actors.Telemetry;
import io.muster.actors.dashboard.Feed;
import io.muster.actors.screen.Album;
import io.muster.actors.screen.Darkroom;
import io.muster.actors.screen.OwnFiles;
import io.muster.actors.screen.Screenshots;
import io.muster.actors.screen.StoredListener;
import io.muster.http.Json;
import io.muster.http.ScreenshotNews;
import io.muster.http.api.ScreenshotRoutes;
import io.muster.persistence.CmsScreenshots;
import io.muster.persistence.Database;
import io.muster.persistence.FolderScreenshots;
import io.muster.persistence.S3Screenshots;
import io.muster.persistence.SqlAlbum;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorSystem;

/** All that screenshots need, put together as the settings say. */
record Studio(Darkroom darkroom, ScreenshotRoutes.Shelf shelf) implements AutoCloseable {

  static Studio open(
      Settings settings,
      Database database,
      Feed feed,
      Telemetry telemetry,
      ActorSystem<?> system,
      Clock clock) {
    var wanted = settings.screenshots();
    var limits = wanted.limits();
    var store = store(settings, clock);
    Album album = new SqlAlbum(database);
    var darkroom =
        new Darkroom(
            store.storage(),
            album,
            limits,
            listeners(settings, database, feed, store.storage(), clock),
            telemetry,
            system.classicSystem().scheduler(),
            clock);
    return new Studio(
        darkroom,
        new ScreenshotRoutes.Shelf(album, store.storage(), store.files(), limits.urlLife()));
  }

  /** Dashboards, and the rows of a CMS where one keeps the devices. */
  private static List<StoredListener> listeners(
      Settings settings, Database database, Feed feed, Screenshots storage, Clock clock) {
    var all = new ArrayList<StoredListener>();
    all.add(new ScreenshotNews(feed, storage, settings.screenshots().limits().urlLife(), clock));
    if (settings.cms().hasRegistry()) {
      all.add(new CmsScreenshots(database, storage, Studio::json));
    }
    return List.copyOf(all);
  }

  private static String json(CmsScreenshots.Described picture) {
    return Json.text(
        Json.object()
            .put("url", picture.url())
            .put("width", picture.width())
            .put("height", picture.height()));
  }

  private record Store(Screenshots storage, Optional<OwnFiles> files) {}

  private static Store store(Settings settings, Clock clock) {
    var wanted = settings.screenshots();
    return switch (wanted.store()) {
      case S3 -> new Store(new S3Screenshots(wanted.s3(), clock), Optional.empty());
      case FOLDER -> {
        var folder =
            new FolderScreenshots(
                settings.dataDir(), wanted.publicUrl(), wanted.folderUploadMax(), clock);
        yield new Store(folder, Optional.of(folder));
      }
    };
  }

  @Override
  public void close() {
    darkroom.close();
  }
}
