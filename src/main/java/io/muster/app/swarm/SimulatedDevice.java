package io.muster.app.swarm;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One device, behaving as the shipped clients do: it comes back by itself from a lost transport,
 * and never after a DISCONNECT or a CONNECT_ERROR.
 */
final class SimulatedDevice implements Connection.Client {

  private enum State {
    AWAY,
    CONNECTING,
    CONNECTED,
    SILENT,
    DEAD
  }

  // Heartbeats under way per device; a power of two. At 15 s apart one is plenty; at the most that
  // a gateway bears, each device has a few.
  private static final int UNDER_WAY = 8;
  private static final Duration ACKED_BEFORE_RESTART = Duration.ofMillis(500);
  private static final String FLAPPED = "flapped";
  private static final String RESTARTED = "restarted";
  // The official client gives a transport this long to stand.
  private static final long CONNECT_PATIENCE = TimeUnit.SECONDS.toNanos(20);

  private final Swarm swarm;
  private final Persona persona;
  private final long[] dueAt = new long[UNDER_WAY];
  private State state = State.AWAY;
  private Connection connection;
  private int attempts;
  private boolean first = true;
  private boolean knownBefore;
  private boolean hasReturned;
  private int nextAck;
  private long connectDue;
  private long heardAt;
  private long patience = CONNECT_PATIENCE;

  /** Its place among the connected ones, kept by the {@link Swarm}. */
  int place = -1;

  /** In a {@link Storm}: it was lost with the others and is not back yet. */
  boolean isLost;

  /** In a {@link Storm}: it is waited for. */
  boolean isUrgent;

  SimulatedDevice(Swarm swarm, Persona persona) {
    this.swarm = swarm;
    this.persona = persona;
  }

  // ── what it is told to do ──

  void connect(long due) {
    become(State.CONNECTING);
    connectDue = due;
    patience = CONNECT_PATIENCE;
    heardAt = System.nanoTime();
    nextAck = 0;
    if (isLost) {
      swarm.storm().ifPresent(Storm::tries);
    }
    connection = swarm.open(this);
  }

  void beat(long due) {
    if (!connection.takesMore()) {
      swarm.tally().skipped++;
      return;
    }
    int slot = nextAck & (UNDER_WAY - 1);
    if (dueAt[slot] != 0) {
      swarm.tally().overdue(System.nanoTime() - dueAt[slot]);
    }
    dueAt[slot] = due;
    swarm.tally().heartbeats++;
    connection.send("42" + nextAck++, persona.heartbeat());
  }

  /** Called about once a second with the share of a minute that has passed. */
  void live(long now, double minutes) {
    if (state == State.AWAY || state == State.DEAD) {
      return;
    }
    if (now - heardAt > patience) {
      connection.drop(state == State.CONNECTING ? "connect timeout" : "ping timeout");
    } else if (state == State.CONNECTED) {
      misbehave(ThreadLocalRandom.current().nextDouble(), minutes);
    }
  }

  /** The connection breaks; the device comes back by itself. */
  void flap() {
    swarm.tally().flaps++;
    connection.drop(FLAPPED);
  }

  private void misbehave(double dice, double minutes) {
    double flap = persona.flaps() * minutes;
    if (dice < flap) {
      flap();
    } else if (dice < flap + persona.halfOpens() * minutes) {
      swarm.tally().silences++;
      become(State.SILENT);
      connection.fallSilent();
    }
  }

  // ── what it hears ──

  @Override
  public void opened(FromGateway.Open open) {
    patience = open.silence().toNanos();
    heardAt = System.nanoTime();
    connection.send("40", persona.credentials());
  }

  @Override
  public void heard(FromGateway message) {
    switch (message) {
      case FromGateway.Open _, FromGateway.Other _ -> {}
      case FromGateway.Ping _ -> heardAt = System.nanoTime();
      case FromGateway.Joined _ -> joined(System.nanoTime());
      case FromGateway.Refused refused -> die(refused.message());
      case FromGateway.Dismissed _ -> die("disconnected by the gateway");
      case FromGateway.Event event -> told(event);
      case FromGateway.Ack ack -> settled(ack);
    }
  }

  private void joined(long now) {
    attempts = 0;
    if (knownBefore) {
      swarm.tally().reconnects++;
    }
    knownBefore = true;
    swarm.tally().joined(now - connectDue);
    if (isLost) {
      isLost = false;
      hasReturned = true;
      swarm.storm().ifPresent(storm -> storm.back(isUrgent));
    }
    become(State.CONNECTED);
    if (swarm.beatsOnConnect()) {
      beat(now);
    }
  }

  private void told(FromGateway.Event event) {
    if (!event.name().equals("command")) {
      swarm.tally().events++;
    } else {
      swarm.tally().commands++;
    }
    if (event.ack() >= 0) {
      var answer = persona.answer(event.array());
      var speaker = connection;
      swarm.after(answer.after(), () -> answer(speaker, event.ack(), answer));
    }
  }

  private void answer(Connection speaker, long ack, Persona.Answer answer) {
    speaker.send("43" + ack, answer.body());
    if (answer.startsAnew()) {
      swarm.after(ACKED_BEFORE_RESTART, () -> speaker.drop(RESTARTED));
    }
  }

  private void settled(FromGateway.Ack ack) {
    int slot = (int) ack.id() & (UNDER_WAY - 1);
    if (ack.id() < nextAck && ack.id() >= nextAck - UNDER_WAY && dueAt[slot] != 0) {
      long took = System.nanoTime() - dueAt[slot];
      swarm.tally().acknowledged(took, Json.succeeded(ack.array()));
      if (!hasReturned && swarm.storm().isPresent()) {
        swarm.storm().get().bystander(took);
      }
      dueAt[slot] = 0;
    }
  }

  private void die(String why) {
    swarm.tally().because(why);
    become(State.DEAD);
    connection.drop(why);
  }

  @Override
  public void ended(String reason) {
    Arrays.fill(dueAt, 0);
    if (state == State.DEAD || swarm.isClosed()) {
      return;
    }
    if (state == State.CONNECTING) {
      swarm.tally().failures++;
      swarm.tally().because(reason);
      if (isLost) {
        swarm.storm().ifPresent(Storm::turnedAway);
      }
    } else if (state == State.CONNECTED && !reason.equals(FLAPPED) && !reason.equals(RESTARTED)) {
      swarm.tally().losses++;
      swarm.tally().because(reason);
    }
    become(State.AWAY);
    var wait = BackOff.millis(attempts++, ThreadLocalRandom.current());
    swarm.after(Duration.ofMillis(wait), () -> connect(System.nanoTime()));
  }

  private void become(State next) {
    var before = state;
    state = next;
    count(before, -1);
    count(next, 1);
    if (before == State.CONNECTED) {
      swarm.left(this);
    }
    if (next == State.CONNECTED) {
      swarm.joined(this);
    }
    if (before == State.CONNECTING) {
      swarm.connectEnded(first);
      first = false;
    }
  }

  private void count(State which, int change) {
    switch (which) {
      case CONNECTING -> swarm.tally().connecting += change;
      case CONNECTED -> swarm.tally().connected += change;
      case DEAD -> swarm.tally().dead += change;
      case AWAY, SILENT -> {}
    }
  }
}
