package io.muster.support;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.screen.Album;
import io.muster.actors.screen.ScreenshotKey;
import io.muster.actors.screen.Shot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

public final class MemoryAlbum implements Album {
  private static final Comparator<Shot> NEWEST_FIRST =
      Comparator.comparing(Shot::storedAt).reversed();
  private final List<Shot> shots = new ArrayList<>();
  private volatile boolean isAway;

  public void goAway() {
    isAway = true;
  }

  @Override
  public synchronized CompletionStage<List<ScreenshotKey>> add(Shot shot, int keep) {
    if (isAway) {
      return CompletableFuture.failedFuture(new IllegalStateException("the album is away"));
    }
    shots.removeIf(known -> known.key().equals(shot.key()));
    shots.add(shot);
    var left = newest(shot.key().org(), shot.key().device()).stream().skip(keep).toList();
    shots.removeAll(left);
    return CompletableFuture.completedFuture(left.stream().map(Shot::key).toList());
  }

  @Override
  public synchronized CompletionStage<List<Shot>> of(OrgId org, DeviceId device) {
    return CompletableFuture.completedFuture(newest(org, device));
  }

  private List<Shot> newest(OrgId org, DeviceId device) {
    return shots.stream().filter(s -> s.key().isOf(org, device)).sorted(NEWEST_FIRST).toList();
  }
}
