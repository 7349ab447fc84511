package io.muster.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.http.edge.Ending;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Handshake;
import io.muster.http.edge.Reply;
import io.muster.http.edge.Socket;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A node takes leave of its guests. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GuestsTest {
  private final Guests guests = new Guests();
  private final List<String> deeds = new ArrayList<>();

  /** Writes down what is done to it. */
  private final class Guest implements Socket {
    @Override
    public String id() {
      return "guest";
    }

    @Override
    public Handshake handshake() {
      throw new UnsupportedOperationException();
    }

    @Override
    public EventLoop loop() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void send(Frame frame) {
      deeds.add(frame.event());
    }

    @Override
    public void request(Frame frame, Duration patience, Consumer<Reply> answered) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long owed() {
      return 0;
    }

    @Override
    public void end(Ending ending) {
      deeds.add(ending.name());
    }
  }

  private void come(int count) {
    IntStream.range(0, count).forEach(_ -> guests.came(new Guest(), Guests.Kind.DEVICE));
    guests.sendAway(Duration.ofSeconds(1), rest -> deeds.add("rest " + rest.toMillis()));
  }

  @Test
  void rule_14_a_large_crowd_is_told_at_once_and_its_transports_are_closed_over_time() {
    come(1_100);
    assertTrue(deeds.subList(0, 1_100).stream().allMatch("server:shutdown"::equals));
    var rests =
        IntStream.range(1_100, deeds.size()).filter(i -> deeds.get(i).startsWith("rest")).toArray();
    assertEquals(4, rests.length);
    assertEquals("rest 250", deeds.get(rests[0]));
    for (int next = 1; next < rests.length; next++) {
      assertEquals(251, rests[next] - rests[next - 1]);
    }
    assertEquals(1_100, deeds.stream().filter("RESTARTING"::equals).count());
  }

  @Test
  void a_small_crowd_waits_for_nothing() {
    come(2);
    assertEquals(List.of("server:shutdown", "server:shutdown", "RESTARTING", "RESTARTING"), deeds);
  }

  @Test
  void who_comes_while_the_node_leaves_is_told_and_ended_at_once() {
    guests.sendAway(Duration.ZERO, _ -> {});
    deeds.clear();
    guests.came(new Guest(), Guests.Kind.DEVICE);
    assertEquals(2, deeds.size());
    assertEquals("server:shutdown", deeds.getFirst());
  }
}
