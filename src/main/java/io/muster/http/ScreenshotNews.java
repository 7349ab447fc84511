package io.muster.http;

import io.muster.actors.dashboard.Feed;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.actors.screen.Screenshots;
import io.muster.actors.screen.Shot;
import io.muster.actors.screen.StoredListener;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Tells those who watch the organisation that a screenshot is there, with an address to see it. */
public record ScreenshotNews(Feed feed, Screenshots storage, Duration urlLife, Clock clock)
    implements StoredListener {

  @Override
  public void stored(Shot shot) {
    var json =
        Json.object()
            .put("deviceId", shot.key().device().value())
            .put("requestId", shot.requestId())
            .put("url", storage.url(shot.key(), urlLife))
            .put("width", shot.width())
            .put("height", shot.height())
            .put("capturedAt", Json.instant(shot.capturedAt()));
    shot.requestedAt().ifPresent(at -> json.put("requestedAt", Json.instant(at)));
    shot.fresh().ifPresent(fresh -> json.put("fresh", fresh));
    json.put("timestamp", Json.instant(clock.instant()));
    feed.publish(
        shot.key().org(),
        new ToDashboard.Told("screenshot:ready", Json.text(json), Optional.empty()));
  }
}
