package io.muster.http.dashboard;

import io.muster.actors.OrgId;
import io.muster.actors.dashboard.Relay;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.actors.session.Cause;
import io.muster.actors.session.SignedIn;
import io.muster.actors.session.UserSession;
import io.muster.http.edge.Frame;
import io.netty.channel.EventLoop;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The dashboards of this node, by organisation, event loop and language. News costs one task for
 * each loop and language that wants it, and one encoding per language, however many watch.
 */
public final class Watchers implements Relay.Audience, SignedIn {

  private record Row(EventLoop loop, Language language) {}

  /** One organisation's dashboards; the sets are confined to their loops. */
  private static final class Group {
    private final Map<Row, Set<DashboardConnection>> rows = new ConcurrentHashMap<>();
    private int count;
  }

  /** News with its frames in one language. */
  record Told(ToDashboard news, List<Frame> frames) {

    /**
     * A watcher does not remember hints and commands; where its language has no words for them they
     * need not be offered.
     */
    boolean isForNobody() {
      return frames.isEmpty()
          && switch (news) {
            case ToDashboard.Sampled _, ToDashboard.CommandMoved _, ToDashboard.Told _ -> true;
            case ToDashboard.DeviceChanged _, ToDashboard.DeviceMissing _ -> false;
          };
    }
  }

  private final Map<OrgId, Group> groups = new ConcurrentHashMap<>();
  private final Map<UserSession, Set<DashboardConnection>> bySession = new ConcurrentHashMap<>();

  /** Called on the dashboard's loop. News published after this call reaches it. */
  void add(UserSession session, DashboardConnection dashboard) {
    bySession.compute(
        session,
        (_, known) -> {
          Set<DashboardConnection> all = known == null ? ConcurrentHashMap.newKeySet() : known;
          all.add(dashboard);
          return all;
        });
    var org = session.org();
    var group =
        groups.compute(
            org,
            (_, known) -> {
              var one = known == null ? new Group() : known;
              one.count++;
              return one;
            });
    group.rows.computeIfAbsent(row(dashboard), _ -> new LinkedHashSet<>()).add(dashboard);
  }

  /** Called on the dashboard's loop. */
  void remove(UserSession session, DashboardConnection dashboard) {
    bySession.computeIfPresent(
        session,
        (_, all) -> {
          all.remove(dashboard);
          return all.isEmpty() ? null : all;
        });
    groups.computeIfPresent(
        session.org(),
        (_, one) -> {
          one.rows.get(row(dashboard)).remove(dashboard);
          return --one.count == 0 ? null : one;
        });
  }

  private static Row row(DashboardConnection dashboard) {
    return new Row(dashboard.loop(), dashboard.language());
  }

  @Override
  public Collection<UserSession> sessions() {
    return Collections.unmodifiableSet(bySession.keySet());
  }

  /** They are forgotten at once, so that nobody ends them twice while they are on their way out. */
  @Override
  public void end(UserSession session, Cause why) {
    var all = bySession.remove(session);
    if (all != null) {
      all.forEach(dashboard -> dashboard.loop().execute(() -> dashboard.expire(why)));
    }
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
    var inLanguages = new HashMap<Language, Told>(4);
    group.rows.forEach(
        (row, dashboards) -> {
          var told =
              inLanguages.computeIfAbsent(
                  row.language(), language -> new Told(news, language.news(news)));
          if (!told.isForNobody()) {
            row.loop().execute(() -> tell(dashboards, told));
          }
        });
  }

  @Override
  public void missed() {
    groups
        .values()
        .forEach(
            group ->
                group.rows.forEach(
                    (row, dashboards) ->
                        row.loop()
                            .execute(
                                () ->
                                    List.copyOf(dashboards)
                                        .forEach(DashboardConnection::repeatSoon))));
  }

  /** One that does not read ends, and leaves the set, while it is told. */
  private static void tell(Set<DashboardConnection> dashboards, Told told) {
    for (var dashboard : dashboards.toArray(DashboardConnection[]::new)) {
      dashboard.offer(told);
    }
  }
}
