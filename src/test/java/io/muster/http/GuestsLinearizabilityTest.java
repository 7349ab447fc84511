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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Sockets come and go on their loops while another thread sends everybody away: whatever the order,
 * nobody who stays is forgotten, and nobody is sent away twice. How many there are is no part of
 * it: that is a walk through a map in motion, for figures only.
 */
@Tag("lincheck")
@DisplayNameGeneration(ReplaceUnderscores.class)
public class GuestsLinearizabilityTest {
  private final Guests guests = new Guests();
  private final Queue<FakeSocket> staying = new ConcurrentLinkedQueue<>();
  private final Queue<FakeSocket> passing = new ConcurrentLinkedQueue<>();

  @Operation
  public void came() {
    var socket = new FakeSocket();
    staying.add(socket);
    guests.came(socket, Guests.Kind.DEVICE);
  }

  @Operation
  public void cameAndLeft() {
    var socket = new FakeSocket();
    passing.add(socket);
    guests.came(socket, Guests.Kind.DASHBOARD);
    guests.left(socket);
  }

  /** Once, as a node does. */
  @Operation(runOnce = true)
  public void sendAway() {
    guests.sendAway(Duration.ZERO, _ -> {});
  }

  @Operation
  public boolean isLeaving() {
    return guests.isLeaving();
  }

  @Validate
  public void everybody_has_been_sent_away_once() {
    int times = guests.isLeaving() ? 1 : 0;
    staying.forEach(socket -> assertEquals(times, socket.ended.get()));
    passing.forEach(socket -> assertTrue(socket.ended.get() <= times));
  }

  @Test
  void everybody_is_sent_away_whatever_the_order() {
    new ModelCheckingOptions()
        .iterations(10)
        .invocationsPerIteration(200)
        .threads(2)
        .actorsBefore(1)
        .actorsPerThread(2)
        .actorsAfter(1)
        .check(GuestsLinearizabilityTest.class);
  }

  private static final class FakeSocket implements Socket {
    private final AtomicInteger ended = new AtomicInteger();

    @Override
    public void end(Ending ending) {
      ended.incrementAndGet();
    }

    @Override
    public void send(Frame frame) {}

    @Override
    public String id() {
      throw new UnsupportedOperationException();
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
    public void request(Frame frame, Duration patience, Consumer<Reply> answered) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long owed() {
      throw new UnsupportedOperationException();
    }
  }
}
