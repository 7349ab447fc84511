package io.muster.http.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.actors.dashboard.ToDashboard.DeviceChanged;
import io.muster.actors.dashboard.ToDashboard.Sampled;
import io.muster.actors.session.Cause;
import io.muster.actors.session.UserSession;
import io.muster.http.Envelope;
import io.muster.http.Guests;
import io.muster.http.Json;
import io.muster.http.edge.Allowance;
import io.muster.http.edge.Ending;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Handshake;
import io.muster.http.edge.Handshake.Dialect;
import io.muster.http.edge.Reply;
import io.muster.http.edge.Socket;
import io.muster.http.edge.SocketApplication.Joining;
import io.muster.http.edge.SocketHandler;
import io.muster.support.MemoryRoster;
import io.muster.support.MemoryTelemetry;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WatchersTest {
  private static final OrgId ACME = new OrgId("acme");

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Watchers watchers = new Watchers();
  private final DashboardDoor door =
      new DashboardDoor(
          null, // nobody joins a device's room here
          new MemoryRoster(),
          watchers,
          new Guests(),
          new Envelope(Clock.systemUTC()),
          Allowance.of(10, 10),
          new MemoryTelemetry(),
          Duration.ofSeconds(10));

  @Test
  void news_reach_everybody_behind_a_dashboard_that_ends_while_it_is_told() {
    var slow = watching(Dialect.SOCKET_IO);
    var behind = watching(Dialect.SOCKET_IO);
    var last = watching(Dialect.SOCKET_IO);
    slow.onSend = slow::end;
    change(1);
    change(2);
    assertEquals(1, slow.heard.size());
    assertEquals(List.of("device:status", "device:status"), behind.heard);
    assertEquals(List.of("device:status", "device:status"), last.heard);
  }

  @Test
  void a_dashboard_that_cannot_be_told_costs_only_itself() {
    var broken = watching(Dialect.SOCKET_IO);
    var behind = watching(Dialect.SOCKET_IO);
    broken.onSend =
        () -> {
          throw new IllegalStateException("a defect");
        };
    change(1);
    assertEquals(List.of("device:status"), behind.heard);
    assertEquals(Optional.of(Ending.ABORTED), broken.ending);
    broken.onSend = () -> {};
    change(2);
    assertEquals(1, broken.heard.size());
  }

  @Test
  void each_is_told_in_its_own_language() {
    var existing = watching(Dialect.SOCKET_IO);
    var console = watching(Dialect.PLAIN);
    change(1);
    watchers.deliver(ACME, new Sampled(List.of()));
    channel.runPendingTasks();
    assertEquals(List.of("device:status"), existing.heard);
    assertEquals(List.of("joined", "picture", "device", "sample"), console.heard);
  }

  @Test
  void rule_22_a_session_that_is_over_ends_all_its_connections_and_no_other() {
    var first = watching(Dialect.SOCKET_IO);
    var second = watching(Dialect.PLAIN);
    var other = new Line(channel.eventLoop(), Dialect.SOCKET_IO);
    door.enter(visitor("bob", DashboardDoor.Shown.TOKEN), other);
    watchers.end(session("ada"), Cause.REVOKED);
    channel.runPendingTasks();
    for (var line : List.of(first, second)) {
      assertEquals("session:expired", line.heard.getLast());
      assertEquals(Optional.of(Ending.REVOKED), line.ending);
    }
    assertEquals(Optional.empty(), other.ending);
  }

  @Test
  void a_page_with_a_cookie_is_dropped_so_that_it_comes_back_with_a_new_one() {
    var page = new Line(channel.eventLoop(), Dialect.SOCKET_IO);
    door.enter(visitor("ada", DashboardDoor.Shown.COOKIE), page);
    watchers.end(session("ada"), Cause.PASSWORD_CHANGED);
    channel.runPendingTasks();
    assertEquals("session:expired", page.heard.getLast());
    assertEquals(Optional.of(Ending.RESTARTING), page.ending);
  }

  @Test
  void a_session_is_known_once_while_any_of_its_connections_lives() {
    var first = watching(Dialect.SOCKET_IO);
    var second = watching(Dialect.PLAIN);
    assertEquals(Set.of(session("ada")), Set.copyOf(watchers.sessions()));
    first.end(Ending.ABORTED);
    assertEquals(Set.of(session("ada")), Set.copyOf(watchers.sessions()));
    second.end(Ending.ABORTED);
    assertEquals(Set.of(), Set.copyOf(watchers.sessions()));
  }

  @Test
  void nobody_watches_when_all_have_left() {
    var one = watching(Dialect.SOCKET_IO);
    var other = watching(Dialect.PLAIN);
    one.end(Ending.ABORTED);
    other.end(Ending.ABORTED);
    assertFalse(watchers.isWatched(ACME));
  }

  private static DashboardDoor.Visitor visitor(String user, DashboardDoor.Shown shown) {
    return new DashboardDoor.Visitor(session(user), "viewer", shown);
  }

  private static UserSession session(String user) {
    return new UserSession(ACME, user, Optional.of("jti-of-" + user), Instant.EPOCH);
  }

  private Line watching(Dialect dialect) {
    var line = new Line(channel.eventLoop(), dialect);
    door.enter(visitor("ada", DashboardDoor.Shown.TOKEN), line);
    for (int hops = 0; hops < 10; hops++) {
      channel.runPendingTasks(); // until its picture is settled
    }
    return line;
  }

  private void change(long seq) {
    watchers.deliver(
        ACME,
        new DeviceChanged(
            new DeviceView(
                new DeviceId("tv-1"),
                ACME,
                "tv-1",
                new TreeSet<>(),
                Presence.ONLINE,
                Instant.EPOCH,
                false,
                false,
                1,
                seq,
                DeviceView.Hints.NONE)));
    channel.runPendingTasks();
  }

  /** A client that is let in at once, and remembers what it was told. */
  private static final class Line implements Joining, Socket {
    private final List<String> heard = new ArrayList<>();
    private final EventLoop loop;
    private final Dialect dialect;
    private Runnable onSend = () -> {};
    private Optional<Ending> ending = Optional.empty();
    private SocketHandler handler;

    Line(EventLoop loop, Dialect dialect) {
      this.loop = loop;
      this.dialect = dialect;
    }

    void end() {
      end(Ending.TOO_SLOW);
    }

    @Override
    public void end(Ending how) {
      if (ending.isEmpty()) {
        ending = Optional.of(how);
        handler.ended();
      }
    }

    @Override
    public void send(Frame frame) {
      if (ending.isEmpty()) {
        heard.add(frame.event());
        onSend.run();
      }
    }

    @Override
    public boolean hasLeft() {
      return ending.isPresent();
    }

    @Override
    public Socket accept(SocketHandler accepted, Optional<String> pid) {
      handler = accepted;
      return this;
    }

    @Override
    public long owed() {
      return 0;
    }

    @Override
    public EventLoop loop() {
      return loop;
    }

    @Override
    public String id() {
      return "line";
    }

    @Override
    public String namespace() {
      return "/";
    }

    @Override
    public ObjectNode auth() {
      return Json.object();
    }

    @Override
    public Handshake handshake() {
      return new Handshake(
          InetAddress.getLoopbackAddress(),
          false,
          "/",
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          dialect);
    }

    @Override
    public void refuse(String message, ObjectNode data) {
      throw new AssertionError("it was refused: " + message);
    }

    @Override
    public void turnAway(Ending how) {
      throw new AssertionError("it was turned away: " + how);
    }

    @Override
    public void request(Frame frame, Duration patience, Consumer<Reply> answered) {
      throw new AssertionError("a dashboard is asked nothing");
    }
  }
}
