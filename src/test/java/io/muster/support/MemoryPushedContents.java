package io.muster.support;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.content.Content;
import io.muster.actors.content.ContentSource;
import io.muster.actors.content.PlaylistJson;
import io.muster.actors.content.PushedContents;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Pushed content in memory. */
public final class MemoryPushedContents implements ContentSource, PushedContents {
  private record Kept(OrgId org, Instant changedAt, Optional<PlaylistJson.Written> written) {}

  private final Map<DeviceId, Kept> all = new HashMap<>();
  private final PlaylistJson json;
  private final Clock clock;

  public MemoryPushedContents() {
    this(Clock.systemUTC());
  }

  public MemoryPushedContents(Clock clock) {
    this.json = new PlaylistJson(Optional.of("https://api.example"));
    this.clock = clock;
  }

  @Override
  public synchronized CompletionStage<Effective> resolve(DeviceId id, OrgId org) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(all.get(id))
            .filter(kept -> kept.org().equals(org))
            .flatMap(kept -> kept.written().map(written -> effective(kept, written)))
            .orElse(Effective.NOTHING));
  }

  private static Effective effective(Kept kept, PlaylistJson.Written written) {
    return new Effective(
        Optional.of(
            new Content(
                written.id(), Content.Origin.CURRENT_PLAYLIST, kept.changedAt(), written.text())),
        Optional.empty());
  }

  @Override
  public boolean changesByItself() {
    return false;
  }

  @Override
  public CompletionStage<Void> put(DeviceId id, OrgId org, JsonNode playlist) {
    try {
      return keep(id, org, Optional.of(json.write(playlist)));
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletionStage<Void> remove(DeviceId id, OrgId org) {
    return keep(id, org, Optional.empty());
  }

  private synchronized CompletionStage<Void> keep(
      DeviceId id, OrgId org, Optional<PlaylistJson.Written> written) {
    var former = Optional.ofNullable(all.get(id));
    if (former.filter(kept -> !kept.org().equals(org)).isPresent()) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("%s has content of another organisation".formatted(id)));
    }
    if (!former.flatMap(Kept::written).equals(written)) {
      all.put(id, new Kept(org, later(former), written));
    }
    return CompletableFuture.completedFuture(null);
  }

  private Instant later(Optional<Kept> former) {
    var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    return former
        .map(kept -> kept.changedAt().plusMillis(1))
        .filter(next -> next.isAfter(now))
        .orElse(now);
  }
}
