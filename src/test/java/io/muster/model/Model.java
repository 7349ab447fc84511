package io.muster.model;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * One device with its connections, its journal and those who own it: as a rule one actor, but after
 * a hand-over or a partition the former may live on for a while and not know. Whatever can happen
 * next, in any order, is a step. Bounds keep it finite: three connections, two owners at a time,
 * one hand-over, one command.
 */
final class Model {
  private static final int SOCKETS_MAX = 3;
  private static final int HAND_OVERS_MAX = 1;

  /** What the real thing has, and the model can do without, to see what it is for. */
  enum Guard {
    /** Nobody writes to a journal who has not read all of it. */
    FENCE,
    /** A goodbye is one of the connection that says it. */
    EPOCH,
    /** A goodbye is said until somebody has heard it. */
    REPEATED_GOODBYE,
    /** Who does not know a connection yet does not say that its goodbye is no news. */
    OWN_GOODBYES
  }

  enum Status {
    NEVER,
    ONLINE,
    AWAY,
    OFFLINE
  }

  enum Command {
    NONE,
    QUEUED,
    SENT,
    DONE
  }

  /**
   * What is journalled, or what an owner takes for it.
   *
   * @param epoch of the last connection that was let in
   */
  record Known(Status status, int epoch, Command command) {}

  /**
   * @param isCurrent it has read all that is journalled
   */
  record Owner(Known known, boolean isCurrent) {}

  /**
   * @param isHere the client is at its other end
   * @param knocks its wish to be let in is on its way
   * @param epoch 0 until it was let in
   * @param isOpen its session lives
   * @param saysGoodbye its session's word that it ended is on its way
   * @param carries the command is on its way to the client
   * @param acks the answer of the client is on its way
   */
  record Socket(
      boolean isHere,
      boolean knocks,
      int epoch,
      boolean isOpen,
      boolean saysGoodbye,
      boolean carries,
      boolean acks) {
    static final Socket NEW = new Socket(true, true, 0, true, false, false, false);

    Socket abandoned() {
      return new Socket(false, knocks, epoch, isOpen, saysGoodbye, carries, acks);
    }

    Socket letIn(int epoch) {
      // A session that has ended meanwhile is watched, so that its end is told after all.
      return new Socket(isHere, false, epoch, isOpen, !isOpen, carries, acks);
    }

    Socket ended() {
      return new Socket(isHere, knocks, epoch, false, epoch > 0, false, false);
    }

    Socket dismissed() {
      return new Socket(false, knocks, epoch, false, isOpen || saysGoodbye, false, false);
    }

    Socket heard() {
      return new Socket(isHere, knocks, epoch, isOpen, false, carries, acks);
    }

    Socket carrying(boolean is) {
      return new Socket(isHere, knocks, epoch, isOpen, saysGoodbye, is, acks);
    }

    Socket acking(boolean is) {
      return new Socket(isHere, knocks, epoch, isOpen, saysGoodbye, false, is);
    }
  }

  /**
   * @param isGone the client never comes back
   * @param effects how often the client did the command; it does each once that it knows by its id
   * @param falseAlert people were told that it is offline while it was connected
   */
  record State(
      Known journal,
      List<Owner> owners,
      List<Socket> sockets,
      int handOvers,
      boolean isGone,
      int effects,
      boolean falseAlert) {
    static final State FIRST =
        new State(
            new Known(Status.NEVER, 0, Command.NONE), List.of(), List.of(), 0, false, 0, false);

    State with(int socket, UnaryOperator<Socket> change) {
      var all = new ArrayList<>(sockets);
      all.set(socket, change.apply(all.get(socket)));
      return new State(journal, owners, List.copyOf(all), handOvers, isGone, effects, falseAlert);
    }

    State with(List<Socket> sockets) {
      return new State(
          journal, owners, List.copyOf(sockets), handOvers, isGone, effects, falseAlert);
    }

    State owned(List<Owner> owners, int handOvers) {
      return new State(
          journal, List.copyOf(owners), sockets, handOvers, isGone, effects, falseAlert);
    }

    boolean hasClient() {
      return sockets.stream().anyMatch(Socket::isHere);
    }

    /** Nothing is left to be done, and all is as it should be. */
    boolean isWell() {
      return isGone
          ? journal.status() == Status.OFFLINE || journal.status() == Status.NEVER
          : (journal.command() == Command.NONE || journal.command() == Command.DONE)
              && journal.status() == Status.ONLINE
              && sockets.stream()
                  .anyMatch(s -> s.isHere() && s.isOpen() && s.epoch() == journal.epoch());
    }
  }

  private final Set<Guard> guards;
  private final List<State> steps = new ArrayList<>();

  private Model(Set<Guard> guards) {
    this.guards = guards;
  }

  static Model complete() {
    return new Model(EnumSet.allOf(Guard.class));
  }

  static Model without(Guard guard) {
    return new Model(EnumSet.complementOf(EnumSet.of(guard)));
  }

  /** All that may come next. */
  List<State> next(State state) {
    steps.clear();
    clients(state);
    sessions(state);
    owners(state);
    for (int owner = 0; owner < state.owners().size(); owner++) {
      messages(state, owner);
      silence(state, owner);
    }
    boolean isFree = state.owners().isEmpty();
    if (isFree || (state.owners().size() < 2 && state.handOvers() < HAND_OVERS_MAX)) {
      // Woken elsewhere, by the message that it gets.
      var woken = new ArrayList<>(state.owners());
      woken.add(new Owner(state.journal(), true));
      messages(state.owned(woken, state.handOvers() + (isFree ? 0 : 1)), woken.size() - 1);
    }
    return List.copyOf(steps);
  }

  // ── the client ──

  private void clients(State s) {
    if (!s.hasClient() && !s.isGone() && s.sockets().size() < SOCKETS_MAX) {
      var all = new ArrayList<>(s.sockets());
      all.add(Socket.NEW);
      steps.add(s.with(all));
    }
    for (int i = 0; i < s.sockets().size(); i++) {
      var socket = s.sockets().get(i);
      if (socket.isHere()) {
        var left = s.with(i, Socket::abandoned);
        if (s.sockets().size() < SOCKETS_MAX) {
          steps.add(left); // without a word, and it will come again
        }
        steps.add(gone(left));
        if (socket.carries()) {
          var done = s.with(i, one -> one.acking(true));
          steps.add(
              new State(
                  done.journal(),
                  done.owners(),
                  done.sockets(),
                  done.handOvers(),
                  done.isGone(),
                  1,
                  done.falseAlert()));
        }
      }
    }
  }

  private static State gone(State s) {
    return new State(
        s.journal(), s.owners(), s.sockets(), s.handOvers(), true, s.effects(), s.falseAlert());
  }

  // ── sessions ──

  private void sessions(State s) {
    for (int i = 0; i < s.sockets().size(); i++) {
      var socket = s.sockets().get(i);
      if (socket.isOpen() && !socket.isHere()) {
        steps.add(s.with(i, Socket::ended)); // by its pings
      }
      if (socket.saysGoodbye() && !guards.contains(Guard.REPEATED_GOODBYE)) {
        steps.add(s.with(i, Socket::heard)); // by nobody
      }
    }
  }

  // ── owners ──

  /** One ends: its node dies, or it has nothing to do. */
  private void owners(State s) {
    for (int i = 0; i < s.owners().size(); i++) {
      var rest = new ArrayList<>(s.owners());
      rest.remove(i);
      steps.add(s.owned(rest, s.handOvers()));
    }
  }

  private void messages(State s, int owner) {
    var mine = s.owners().get(owner).known();
    for (int i = 0; i < s.sockets().size(); i++) {
      var socket = s.sockets().get(i);
      int it = i;
      if (socket.knocks()) {
        int epoch = mine.epoch() + 1;
        write(s, owner, came(mine, epoch), after -> letIn(after, it, epoch, mine.epoch()));
      }
      if (socket.saysGoodbye()) {
        boolean isIts = mine.epoch() == socket.epoch() || !guards.contains(Guard.EPOCH);
        if (mine.status() == Status.ONLINE && isIts) {
          write(s, owner, is(mine, Status.AWAY), after -> after.with(it, Socket::heard));
        } else if (socket.epoch() <= mine.epoch() || !guards.contains(Guard.OWN_GOODBYES)) {
          steps.add(s.with(it, Socket::heard)); // of a replaced connection
        }
      }
      if (socket.acks() && mine.command() == Command.SENT) {
        write(
            s,
            owner,
            command(mine, Command.DONE),
            after -> after.with(it, one -> one.acking(false)));
      }
      if (socket.isOpen()
          && socket.isHere()
          && socket.epoch() > 0
          && socket.epoch() < mine.epoch()) {
        steps.add(s.with(it, Socket::dismissed)); // its heartbeat finds a newer one
      }
      if (mine.status() == Status.ONLINE
          && socket.epoch() == mine.epoch()
          && socket.isOpen()
          && (mine.command() == Command.QUEUED || mine.command() == Command.SENT)) {
        write(
            s,
            owner,
            command(mine, Command.SENT),
            after -> after.with(it, one -> one.carrying(true)));
      }
    }
    if (mine.command() == Command.NONE && mine.status() != Status.NEVER) {
      write(s, owner, command(mine, Command.QUEUED), after -> after); // an operator
    }
    if (mine.status() == Status.AWAY) {
      // Its clock, or the watchman who has woken it.
      write(s, owner, is(mine, Status.OFFLINE), Model::alerted);
    }
  }

  /** It is noticed by one that is awake; nobody is woken to ask whether a device is silent. */
  private void silence(State s, int owner) {
    var mine = s.owners().get(owner).known();
    boolean isSilent =
        s.sockets().stream()
            .noneMatch(one -> one.isOpen() && one.isHere() && one.epoch() == mine.epoch());
    if (mine.status() == Status.ONLINE && isSilent) {
      write(s, owner, is(mine, Status.AWAY), after -> after);
    }
  }

  private static State letIn(State s, int socket, int epoch, int former) {
    var let = s.with(socket, one -> one.letIn(epoch));
    for (int i = 0; i < let.sockets().size(); i++) {
      if (i != socket && former > 0 && let.sockets().get(i).epoch() == former) {
        let = let.with(i, Socket::dismissed);
      }
    }
    return let;
  }

  private static State alerted(State s) {
    boolean wasThere =
        s.sockets().stream().anyMatch(one -> one.isHere() && one.isOpen() && one.epoch() > 0);
    return new State(
        s.journal(),
        s.owners(),
        s.sockets(),
        s.handOvers(),
        s.isGone(),
        s.effects(),
        s.falseAlert() || wasThere);
  }

  /** What follows a fact follows it only when it was written. */
  private void write(State s, int owner, Known then, UnaryOperator<State> after) {
    var owners = new ArrayList<>(s.owners());
    if (!owners.get(owner).isCurrent() && guards.contains(Guard.FENCE)) {
      owners.remove(owner); // refused: it ends, and reads the journal when it is woken
      steps.add(s.owned(owners, s.handOvers()));
      return;
    }
    owners.replaceAll(other -> new Owner(other.known(), false));
    owners.set(owner, new Owner(then, true));
    steps.add(
        after.apply(
            new State(
                then,
                List.copyOf(owners),
                s.sockets(),
                s.handOvers(),
                s.isGone(),
                s.effects(),
                s.falseAlert())));
  }

  private static Known came(Known before, int epoch) {
    return new Known(Status.ONLINE, epoch, before.command());
  }

  private static Known is(Known before, Status status) {
    return new Known(status, before.epoch(), before.command());
  }

  private static Known command(Known before, Command command) {
    return new Known(before.status(), before.epoch(), command);
  }
}
