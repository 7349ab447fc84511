package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.fail;

import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.device.DeviceCommand.Reaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Drives a real device through random histories, and a small model beside it. After every step they
 * must agree on status, epoch, what dashboards show, every command, and what each session was told.
 * {@code -Dseed=N} repeats one history.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(240)
class DevicePropertyTest {
  private static final int HISTORIES = Integer.getInteger("histories", 2_000);
  private static final int STEPS = 40;
  private static final int[] SECONDS = {1, 4, 9, 11, 16, 30, 61, 130, 320};
  private static ActorTestKit kit;

  @BeforeAll
  static void open() {
    kit = ActorTestKit.create(DeviceRig.CONFIG);
  }

  @AfterAll
  static void close() {
    kit.shutdownTestKit();
  }

  @Test
  void the_device_and_its_model_never_disagree() {
    var only = Optional.ofNullable(Long.getLong("seed"));
    long first = only.orElseGet(System::nanoTime);
    for (long seed = first; seed < first + (only.isPresent() ? 1 : HISTORIES); seed++) {
      var history = history(new Random(seed));
      var disagreement = run(history);
      if (disagreement.isPresent()) {
        var shortest = shrink(history);
        fail(
            "seed %d, %s%nOf %d steps these are left:%n%s%n%s"
                .formatted(
                    seed,
                    disagreement.get(),
                    history.size(),
                    shortest.stream().map(Step::toString).collect(Collectors.joining("\n")),
                    run(shortest).orElse("which did not fail again: a race in the test itself?")));
      }
    }
  }

  // ── histories ──

  private enum Deed {
    CONNECT(10),
    CONNECT_MUTE(3),
    CONNECT_WITH_OLD_TOKEN(3),
    HEARTBEAT_OF_OWNER(6),
    HEARTBEAT(8),
    GOODBYE_OF_OWNER(4),
    GOODBYE(5),
    DEATH(4),
    TIME(16),
    RESTART(8),
    ENQUEUE(12),
    ENQUEUE_RELOAD(4),
    ACK_NEWEST_SENT(6),
    ACK(4),
    NEGATIVE_ACK(2),
    UNSUPPORTED(2),
    CANCEL(3),
    REVOKE(1),
    RETIRE(0);

    final int weight;

    Deed(int weight) {
      this.weight = weight;
    }
  }

  /**
   * @param which chooses among sessions, commands or times, whatever there are
   */
  private record Step(Deed deed, int which) {}

  private static List<Step> history(Random random) {
    var deck = new ArrayList<Deed>();
    for (Deed deed : Deed.values()) {
      for (int n = 0; n < deed.weight; n++) {
        deck.add(deed);
      }
    }
    var steps = new ArrayList<Step>();
    for (int n = 0; n < STEPS; n++) {
      steps.add(new Step(deck.get(random.nextInt(deck.size())), random.nextInt(1_000)));
    }
    if (random.nextInt(8) == 0) {
      steps.set(STEPS - 6, new Step(Deed.RETIRE, 0));
    }
    return steps;
  }

  /** Leaves out steps as long as it still fails. */
  private static List<Step> shrink(List<Step> history) {
    var failing = new ArrayList<>(history);
    for (int size = STEPS / 2; size > 0; size /= 2) {
      for (int from = 0; from + size <= failing.size(); ) {
        var shorter = new ArrayList<>(failing);
        shorter.subList(from, from + size).clear();
        if (run(shorter).isPresent()) {
          failing = shorter;
        } else {
          from += size;
        }
      }
    }
    return failing;
  }

  private static Optional<String> run(List<Step> history) {
    try (var run = new Run(new DeviceRig(kit))) {
      for (Step step : history) {
        var disagreement = run.after(step);
        if (disagreement.isPresent()) {
          return Optional.of("after " + step + "\n" + disagreement.get());
        }
      }
      return Optional.empty();
    } catch (AssertionError e) {
      return Optional.of(e.toString());
    }
  }

  // ── one history ──

  private record Both(FakeSession real, DeviceModel.Socket model) {}

  private static final class Run implements AutoCloseable {
    private final DeviceRig device;
    private final DeviceModel model = new DeviceModel();
    private final List<Both> sessions = new ArrayList<>();
    private final List<String> commands = new ArrayList<>();
    private final CommandTimelines timelines;
    private int tokens;

    Run(DeviceRig device) {
      this.device = device;
      this.timelines = new CommandTimelines(device.id);
      device.registers();
    }

    Optional<String> after(Step step) {
      carryOut(step);
      var expected = expected();
      var actual = actual();
      return expected.equals(actual)
          ? Optional.empty()
          : Optional.of("expected " + expected + "\nbut was  " + actual);
    }

    private void carryOut(Step step) {
      int which = step.which();
      switch (step.deed()) {
        case CONNECT -> connect(device.session(), true, false);
        case CONNECT_MUTE -> connect(device.muteSession(), false, false);
        case CONNECT_WITH_OLD_TOKEN -> connect(device.session(), true, true);
        case HEARTBEAT_OF_OWNER -> owner().ifPresent(this::heartbeat);
        case HEARTBEAT -> welcomed(which).ifPresent(this::heartbeat);
        case GOODBYE_OF_OWNER -> owner().ifPresent(this::goodbye);
        case GOODBYE -> welcomed(which).ifPresent(this::goodbye);
        case DEATH -> welcomed(which).ifPresent(this::death);
        case TIME -> passes(SECONDS[which % SECONDS.length] * 1_000L);
        case RESTART -> {
          device.restarts();
          model.restart();
        }
        case ENQUEUE -> enqueue("hello", 15 + 7L * (which % 100));
        case ENQUEUE_RELOAD -> enqueue("reload", 15 + 7L * (which % 100));
        case ACK_NEWEST_SENT -> acknowledge(commands.size() - 1, Outcome.ACKNOWLEDGED);
        case ACK -> acknowledge(which, Outcome.ACKNOWLEDGED);
        case NEGATIVE_ACK -> acknowledge(which, Outcome.FAILED);
        case UNSUPPORTED -> acknowledge(which, Outcome.UNSUPPORTED);
        case CANCEL -> cancel(which);
        case REVOKE -> {
          device.revokes();
          model.revoke();
        }
        case RETIRE -> {
          device.retires();
          model.retire();
        }
      }
    }

    private Optional<Both> owner() {
      return sessions.stream().filter(s -> s.real().isAlive() && model.owns(s.model())).findAny();
    }

    private Optional<Both> welcomed(int which) {
      var some = sessions.stream().filter(s -> s.real().isAlive() && s.model().epoch > 0).toList();
      return some.isEmpty() ? Optional.empty() : Optional.of(some.get(which % some.size()));
    }

    private void connect(FakeSession real, boolean acknowledges, boolean hasOldToken) {
      var both = new Both(real, new DeviceModel.Socket(acknowledges));
      sessions.add(both);
      // A fresh token was issued after every revocation there may have been.
      var token =
          hasOldToken
              ? DeviceRig.TOKEN
              : DeviceRig.proof("token-" + ++tokens, device.clock.instant().plusSeconds(1));
      device.tell(real.connect(DeviceRig.ORG, token));
      model.connect(both.model(), hasOldToken);
    }

    private void heartbeat(Both session) {
      device.tell(session.real().heartbeat());
      model.heartbeat(session.model());
    }

    private void goodbye(Both session) {
      device.tell(session.real().goodbye());
      model.goodbye(session.model());
    }

    private void death(Both session) {
      session.real().dies();
      model.die(session.model());
      // The news of a death travels by itself.
      DeviceRig.eventually(
          "seen dead", () -> status().equals(model.status().toLowerCase().replace('_', '-')));
    }

    private void passes(long millis) {
      long end = model.now + millis;
      for (var due = model.next(); due.isPresent() && due.getAsLong() <= end; due = model.next()) {
        // Clocks fire one millisecond after what they are for, so that it is due for certain.
        long instant = due.getAsLong() + 1;
        while (model.isDeadline(instant)) {
          instant++; // neither due nor not due for a clock of milliseconds
        }
        becomes(instant);
      }
      becomes(Math.max(end, model.now));
    }

    private void becomes(long instant) {
      device.jumps(Duration.ofMillis(instant - model.now));
      device.settles();
      model.becomes(instant);
    }

    private void enqueue(String type, long seconds) {
      if (model.accepts()) {
        var answer = device.wants(Wishes.expiring(device.wish(type), seconds));
        var id = device.accepted(answer).id().value();
        commands.add(id);
        model.enqueue(id, type, seconds);
      }
    }

    private void acknowledge(int which, Outcome outcome) {
      if (!commands.isEmpty()) {
        var id = commands.get(which % commands.size());
        device.tell(FakeSession.ack(new CommandId(id), new Reaction(outcome, Optional.empty())));
        model.acknowledge(id, outcome.state().word());
      }
    }

    private void cancel(int which) {
      if (!commands.isEmpty()) {
        var id = commands.get(which % commands.size());
        device.cancels(new CommandId(id));
        model.cancel(id);
      }
    }

    // ── what can be seen ──

    private List<Object> expected() {
      var told = new ArrayList<List<String>>();
      for (Both session : sessions) {
        told.add(session.real().isAlive() ? List.copyOf(session.model().told) : List.of());
        session.model().told.clear();
      }
      var status = model.status().toLowerCase().replace('_', '-');
      return List.of(
          status,
          status.substring(0, status.indexOf(' ')),
          model.pending(),
          Map.copyOf(model.ended()),
          told);
    }

    private List<Object> actual() {
      var told = new ArrayList<List<String>>();
      for (Both session : sessions) {
        told.add(
            session.real().isAlive() ? welcomeThenHeardLast(session.real().told()) : List.of());
      }
      return List.of(
          status(),
          device.feed.lastPresence(),
          device.pending().stream().map(Run::attempts).toList(),
          ended(),
          told);
    }

    /** The answer to a heartbeat that brings a device back may come before or after its command. */
    private static List<String> welcomeThenHeardLast(List<String> lines) {
      boolean isBack = lines.size() > 2 && lines.getFirst().startsWith("welcome");
      if (isBack && lines.stream().anyMatch(line -> line.startsWith("heard"))) {
        var sorted = new ArrayList<>(lines);
        var heard = sorted.stream().filter(line -> line.startsWith("heard")).findFirst().get();
        sorted.remove(heard);
        sorted.addLast(heard);
        return sorted;
      }
      return lines;
    }

    private String status() {
      var view = device.view();
      return view.presence().word() + " " + view.epoch();
    }

    private static String attempts(CommandView command) {
      return command.id()
          + command.timeline().stream()
              .filter(step -> step.attempt().isPresent())
              .map(
                  step ->
                      " "
                          + step.epoch().getAsLong()
                          + "@"
                          + Duration.between(DeviceRig.START, step.at()).toMillis())
              .collect(Collectors.joining());
    }

    private Map<String, String> ended() {
      device.freshEvents().forEach(timelines::add);
      var ends = new LinkedHashMap<String, String>();
      for (CommandView command : timelines.views()) {
        if (command.settled()) {
          var last = command.timeline().getLast();
          ends.put(
              command.id().value(),
              last.state().word()
                  + last.reason().map(r -> " " + r).orElse("")
                  + last.evidence().map(e -> " by " + e).orElse(""));
        }
      }
      return ends;
    }

    @Override
    public void close() {
      sessions.stream().map(Both::real).filter(FakeSession::isAlive).forEach(FakeSession::leaves);
      device.close();
    }
  }
}
