package io.muster.actors.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.Picture;
import io.muster.actors.Presence;
import io.muster.actors.Roster;
import io.muster.actors.dashboard.ToDashboard.DeviceChanged;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DashboardSessionTest {
  private static final OrgId ORG = new OrgId("acme");

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Table table = new Table();
  private final Wall wall = new Wall();
  private final DashboardSession session =
      new DashboardSession(ORG, table, wall, channel.eventLoop());

  @BeforeEach
  void open() {
    session.open();
    channel.runPendingTasks();
  }

  @Nested
  class Before_the_picture_was_read {
    @Test
    void news_is_kept_and_told_after_it() {
      told(device("tv", Presence.OFFLINE, 5));
      table.answer(device("tv", Presence.ONLINE, 4));
      run();
      assertEquals(List.of("picture tv@4", "news tv@5"), wall.seen);
    }

    @Test
    void news_that_the_picture_has_already_is_not_told_again() {
      told(device("tv", Presence.OFFLINE, 4));
      table.answer(device("tv", Presence.OFFLINE, 4));
      run();
      assertEquals(List.of("picture tv@4"), wall.seen);
    }

    @Test
    void a_table_that_is_away_is_asked_again() {
      table.fail();
      run();
      channel.advanceTimeBy(3, TimeUnit.SECONDS);
      run();
      table.answer(device("tv", Presence.ONLINE, 1));
      run();
      assertEquals(List.of("picture tv@1"), wall.seen);
    }
  }

  @Nested
  class While_a_large_picture_is_on_its_way {
    @BeforeEach
    void begin() {
      wall.isSlow = true;
      table.answer(device("tv", Presence.ONLINE, 4));
      run();
    }

    @Test
    void news_waits_so_that_no_later_part_can_undo_it() {
      told(device("tv", Presence.OFFLINE, 5));
      assertEquals(List.of("picture tv@4"), wall.seen);
      wall.takesTheRest();
      assertEquals(List.of("picture tv@4", "news tv@5"), wall.seen);
    }

    @Test
    void a_repetition_is_shown_when_it_has_been_taken() {
      session.repeat();
      assertEquals(1, wall.seen.size());
      wall.takesTheRest();
      run();
      table.answer(device("tv", Presence.ONLINE, 4));
      run();
      assertEquals(List.of("picture tv@4", "picture tv@4"), wall.seen);
    }

    @Test
    void the_end_of_the_session_is_the_end_of_it() {
      session.ended();
      wall.takesTheRest();
      assertFalse(session.admits(new DeviceChanged(device("tv", Presence.OFFLINE, 5))));
    }
  }

  @Nested
  class Until_the_table_has_caught_up {
    @BeforeEach
    void show() {
      table.answer(device("tv", Presence.ONLINE, 4));
      run();
    }

    @Test
    void what_was_published_before_the_subscription_and_projected_after_the_read_is_told() {
      table.catchUp(device("tv", Presence.OFFLINE, 5), device("new", Presence.ONLINE, 1));
      run();
      assertEquals(List.of("picture tv@4", "news tv@5", "news new@1"), wall.seen);
    }

    @Test
    void a_change_is_told_once_whichever_way_it_comes() {
      told(device("tv", Presence.OFFLINE, 5));
      table.catchUp(device("tv", Presence.OFFLINE, 5));
      run();
      assertEquals(List.of("picture tv@4", "news tv@5"), wall.seen);
    }

    @Test
    void a_repetition_does_not_take_back_what_was_told_since() {
      told(device("tv", Presence.OFFLINE, 5));
      session.repeat();
      run();
      table.answer(device("tv", Presence.ONLINE, 4));
      run();
      assertEquals(List.of("picture tv@4", "news tv@5", "picture tv@5"), wall.seen);
    }
  }

  @Nested
  class When_live {
    @Test
    void news_goes_straight_to_the_socket() {
      table.answer(device("tv", Presence.ONLINE, 4));
      run();
      table.catchUp(device("tv", Presence.ONLINE, 4));
      run();
      assertTrue(session.admits(new DeviceChanged(device("tv", Presence.OFFLINE, 5))));
    }
  }

  @Nested
  class When_repeated_while_live {
    @Test
    void the_picture_is_shown_once_the_table_has_what_was_told() {
      table.answer(device("tv", Presence.ONLINE, 4));
      run();
      table.catchUp(device("tv", Presence.ONLINE, 4));
      run();
      assertTrue(session.admits(new DeviceChanged(device("tv", Presence.OFFLINE, 5))));
      session.repeat();
      run();
      assertTrue(table.asked.isEmpty());
      table.catchUp(device("tv", Presence.OFFLINE, 5));
      run();
      assertEquals(List.of("picture tv@4", "picture tv@5"), wall.seen);
    }
  }

  // ── around it ──

  private void run() {
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  private void told(DeviceView device) {
    var news = new DeviceChanged(device);
    if (session.admits(news)) {
      wall.news(news);
    }
  }

  private static DeviceView device(String id, Presence presence, long seq) {
    return new DeviceView(
        new DeviceId(id),
        ORG,
        id,
        new TreeSet<>(),
        presence,
        Instant.EPOCH,
        false,
        false,
        1,
        seq,
        DeviceView.Hints.NONE);
  }

  /** A screen that may take its time over a picture. */
  private static final class Wall implements DashboardSession.Screen {
    private final List<String> seen = new ArrayList<>();
    private boolean isSlow;
    private Runnable rest = () -> {};

    @Override
    public void picture(List<DeviceView> devices, Runnable shown) {
      devices.forEach(device -> seen.add("picture " + device.id() + "@" + device.seq()));
      if (isSlow) {
        rest = shown;
      } else {
        shown.run();
      }
    }

    void takesTheRest() {
      isSlow = false;
      rest.run();
    }

    @Override
    public void news(ToDashboard news) {
      var device = ((DeviceChanged) news).device();
      seen.add("news " + device.id() + "@" + device.seq());
    }
  }

  /** A read model that answers when it is told to. */
  private static final class Table implements Roster {
    private final Queue<CompletableFuture<Picture>> asked = new ArrayDeque<>();
    private CompletableFuture<Void> caughtUp = new CompletableFuture<>();

    void answer(DeviceView... devices) {
      asked.remove().complete(new Picture(List.of(devices)));
    }

    void fail() {
      asked.remove().completeExceptionally(new IllegalStateException("away"));
    }

    void catchUp(DeviceView... devices) {
      var reached = caughtUp;
      caughtUp = new CompletableFuture<>(); // the journal goes on
      reached.complete(null);
      answer(devices);
    }

    @Override
    public CompletionStage<Picture> picture(OrgId org) {
      var answer = new CompletableFuture<Picture>();
      asked.add(answer);
      return answer;
    }

    @Override
    public CompletionStage<Mark> head() {
      return CompletableFuture.completedFuture(new Mark(7));
    }

    @Override
    public CompletionStage<Void> caughtUp(Mark mark) {
      return caughtUp;
    }

    @Override
    public CompletionStage<Page<DeviceView>> list(
        OrgId org, Filter filter, int size, Optional<String> token) {
      throw new UnsupportedOperationException("a dashboard asks for no lists");
    }

    @Override
    public CompletionStage<Optional<DeviceView.Hints>> hints(DeviceId id) {
      throw new UnsupportedOperationException("a dashboard asks for whole devices");
    }

    @Override
    public CompletionStage<List<DeviceId>> tagged(OrgId org, String tag, int max) {
      throw new UnsupportedOperationException("a dashboard asks for no tags");
    }

    @Override
    public CompletionStage<List<DeviceId>> overdue(Instant now, Set<NodeId> living, int max) {
      throw new UnsupportedOperationException("a dashboard is no watchman");
    }
  }
}
