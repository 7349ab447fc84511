package io.muster.http.dashboard;

import io.muster.actors.OrgId;
import io.muster.actors.dashboard.Relay;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.http.edge.Frame;
import io.netty.channel.EventLoop;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The dashboards of this node, by organisation and event loop. News costs one task per loop and one
 * encoding per dialect, however many watch.
 */
public final class Watchers implements Relay.Audience {

  /** One organisation's dashboards; the sets are confined to their loops. */
  private static final class Group {
    private final Map<EventLoop, Set<DashboardConnection>> byLoop = new ConcurrentHashMap<>();
    private int count;
  }

  private final Map<OrgId, Group> groups = new ConcurrentHashMap<>();

  /** Called on the dashboard's loop. News published after this call reaches it. */
  void add(OrgId org, DashboardConnection dashboard) {
    var group =
        groups.compute(
            org,
            (_, known) -> {
              var one = known == null ? new Group() : known;
              one.count++;
              return one;
            });
    group.byLoop.computeIfAbsent(dashboard.loop(), _ -> new LinkedHashSet<>()).add(dashboard);
  }

  /** Called on the dashboard's loop. */
  void remove(OrgId org, DashboardConnection dashboard) {
    groups.computeIfPresent(
        org,
        (_, one) -> {
          one.byLoop.get(dashboard.loop()).remove(dashboard);
          return --one.count == 0 ? null : one;
        });
  }

  @Override
  public boolean isWatched(OrgId org) {
    return groups.containsKey(org);
  }

  @Override
  public void deliver(OrgId org, ToDashboard news) {
    var group = groups.get(org);
    if (group == null) {
      return;
    }
    var encoded = new Encoded(news);
    group.byLoop.forEach(
        (loop, dashboards) ->
            loop.execute(() -> dashboards.forEach(dashboard -> dashboard.offer(encoded))));
  }

  /** News with its frames, made once per language when the first dashboard wants them. */
  static final class Encoded {
    private final ToDashboard news;
    private final Map<Class<?>, List<Frame>> frames = new ConcurrentHashMap<>(4);

    Encoded(ToDashboard news) {
      this.news = news;
    }

    ToDashboard news() {
      return news;
    }

    List<Frame> in(Language language) {
      return frames.computeIfAbsent(language.getClass(), _ -> language.news(news));
    }
  }
}
