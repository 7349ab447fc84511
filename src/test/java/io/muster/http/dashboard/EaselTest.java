package io.muster.http.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.http.edge.Ending;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Handshake;
import io.muster.http.edge.Reply;
import io.muster.http.edge.Socket;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EaselTest {
  private static final long FAR_TOO_MUCH = 1024 * 1024;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Line line = new Line(channel.eventLoop());
  private final Easel easel = new Easel(line, new Console());
  private final AtomicBoolean isShown = new AtomicBoolean();

  @Test
  void a_fleet_without_devices_is_one_complete_picture() {
    easel.show(List.of(), () -> isShown.set(true));
    assertEquals(List.of("0 complete"), line.parts);
    assertTrue(isShown.get());
  }

  @Test
  void a_large_fleet_is_shown_in_parts_of_which_only_the_last_is_complete() {
    show(1_001);
    channel.runPendingTasks();
    assertEquals(List.of("500", "500", "1 complete"), line.parts);
    assertTrue(isShown.get());
  }

  @Test
  void others_have_their_turn_between_two_parts() {
    show(1_001);
    assertEquals(List.of("500"), line.parts);
  }

  @Test
  void a_client_that_is_behind_is_given_time() {
    line.owed = FAR_TOO_MUCH;
    show(1_001);
    channel.runPendingTasks();
    assertEquals(List.of(), line.parts);
    assertFalse(isShown.get());
    line.owed = 0;
    channel.advanceTimeBy(1, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
    assertEquals(3, line.parts.size());
  }

  @Test
  void nothing_is_shown_to_a_client_that_has_left() {
    show(1_001);
    easel.end();
    channel.runPendingTasks();
    assertEquals(List.of("500"), line.parts);
    assertFalse(isShown.get());
  }

  private void show(int devices) {
    var fleet = IntStream.range(0, devices).mapToObj(n -> device("tv-" + n)).toList();
    easel.show(fleet, () -> isShown.set(true));
  }

  private static DeviceView device(String id) {
    return new DeviceView(
        new DeviceId(id),
        new OrgId("acme"),
        id,
        new TreeSet<>(),
        Presence.ONLINE,
        Instant.EPOCH,
        false,
        false,
        1,
        1,
        DeviceView.Hints.NONE);
  }

  /** A socket that remembers the parts of pictures and owes what it is told to owe. */
  private static final class Line implements Socket {
    private final List<String> parts = new ArrayList<>();
    private final EventLoop loop;
    private long owed;

    Line(EventLoop loop) {
      this.loop = loop;
    }

    @Override
    public void send(Frame frame) {
      var picture = frame.arguments().getFirst();
      var end = picture.get("complete").asBoolean() ? " complete" : "";
      parts.add(picture.get("devices").size() + end);
    }

    @Override
    public long owed() {
      return owed;
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
    public Handshake handshake() {
      throw new UnsupportedOperationException("an easel asks for no handshake");
    }

    @Override
    public void request(Frame frame, Duration patience, Consumer<Reply> answered) {
      throw new UnsupportedOperationException("a picture wants no answer");
    }

    @Override
    public void end(Ending ending) {
      throw new UnsupportedOperationException("an easel ends nobody");
    }
  }
}
