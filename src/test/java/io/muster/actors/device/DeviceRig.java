package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.OrgId;
import io.muster.actors.Refusal;
import io.muster.actors.Traces;
import io.muster.actors.device.DeviceCommand.*;
import io.muster.actors.notify.GraceRules;
import io.muster.support.MemoryTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;

/** A real device with a journal in memory, and a time that stands still until it is moved. */
final class DeviceRig implements AutoCloseable {
  static final OrgId ORG = new OrgId("acme");
  static final OrgId OTHER_ORG = new OrgId("globex");
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final Proof TOKEN = proof("made-elsewhere", START.minusSeconds(86_400));

  /** Of a token that will not expire. */
  static Proof proof(String hash, Instant issuedAt) {
    return new Proof(hash, issuedAt, Instant.MAX, Optional.empty(), false);
  }

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  static final Config CONFIG =
      ConfigFactory.parseString(
              """
              pekko.loglevel = OFF
              pekko.stdout-loglevel = OFF
              pekko.log-dead-letters = off
              pekko.persistence.testkit.events.serialize = off
              pekko.persistence.testkit.snapshots.serialize = off
              """)
          .withFallback(PersistenceTestKitPlugin.config())
          .withFallback(PersistenceTestKitSnapshotPlugin.config())
          .withFallback(ManualScheduler.CONFIG);

  final DeviceId id = new DeviceId("tv-" + NUMBERS.incrementAndGet());
  final SettableClock clock = new SettableClock(START);
  final FeedRecorder feed = new FeedRecorder();
  final MemoryTelemetry telemetry = new MemoryTelemetry();
  final Elsewhere elsewhere;
  final TestProbe<ClusterSharding.ShardCommand> shard;
  private final ActorTestKit kit;
  private final ManualScheduler time;
  private final PersistenceTestKit journal;
  private final DeviceSettings settings;
  private final GraceRules rules;
  private ActorRef<DeviceCommand> device;
  private SeenDevices seen;
  private int read;

  /** Until when it is wanted urgently; empty when it never was. */
  final UrgentDevices urgent = new UrgentDevices(clock);

  DeviceRig(ActorTestKit kit) {
    this(kit, DeviceSettings.DEFAULT);
  }

  DeviceRig(ActorTestKit kit, DeviceSettings settings) {
    this(kit, settings, new Elsewhere());
  }

  DeviceRig(ActorTestKit kit, DeviceSettings settings, Elsewhere elsewhere) {
    this(kit, settings, elsewhere, GraceRules.always(settings.grace()));
  }

  DeviceRig(ActorTestKit kit, DeviceSettings settings, Elsewhere elsewhere, GraceRules rules) {
    this.elsewhere = elsewhere;
    this.kit = kit;
    this.settings = settings;
    this.rules = rules;
    this.time = ManualScheduler.of(kit.system());
    this.journal = PersistenceTestKit.create(kit.system());
    this.shard = kit.createTestProbe();
    start();
  }

  private void start() {
    seen = new SeenDevices(clock);
    var around =
        new Device.Surroundings(
            settings,
            feed,
            seen,
            telemetry,
            Traces.NONE,
            clock,
            new Random(id.hashCode()),
            elsewhere.outside(),
            rules,
            urgent);
    device = kit.spawn(Device.create(id, around, shard.ref()));
  }

  // ── life ──

  /** Stops the actor and starts it again from the journal; sessions notice nothing. */
  void restarts() {
    isDownFor(Duration.ZERO);
  }

  void isDownFor(Duration outage) {
    kit.stop(device);
    clock.advance(outage);
    start();
    settles();
  }

  /** Moves time on until the device, which has crashed, answers again. */
  Duration comesBack() {
    var up = asking(ORG, Describe::new);
    var outage = Duration.ZERO;
    for (int waits = 0; !isDone(up, outage); waits++) {
      if (waits > 200) {
        throw new AssertionError("never back");
      }
      jumps(Duration.ofMillis(250));
      outage = outage.plusMillis(250);
    }
    return outage;
  }

  private static boolean isDone(CompletableFuture<Answer> answer, Duration outage) {
    // The longest back-off is 13 s; hurrying on would only end the patience with a slow journal.
    long wait = outage.toSeconds() < 14 ? 20 : 500;
    try {
      return answer.get(wait, TimeUnit.MILLISECONDS) != null;
    } catch (TimeoutException e) {
      return false;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** As {@link #restarts}, with a journal that may not be readable at once. */
  void crashesAndComesBack() {
    kit.stop(device);
    start();
    comesBack();
  }

  void failsNextWrites(int count) {
    journal.failNextNPersisted(persistenceId(), count);
  }

  ActorRef<DeviceCommand> ref() {
    return device;
  }

  PersistenceTestKit journal() {
    return journal;
  }

  String persistenceId() {
    return "Device|" + id;
  }

  @Override
  public void close() {
    kit.stop(device);
    shard.stop();
  }

  // ── time ──

  /** Moves time on in steps, and waits after each until the device has done what was due. */
  void passes(Duration total) {
    var rest = total;
    boolean isTick = true;
    while (rest.isPositive()) {
      // A deadline on a whole second is met one millisecond later.
      var step = Duration.ofMillis(isTick ? 1 : 999);
      isTick = !isTick;
      var part = step.compareTo(rest) < 0 ? step : rest;
      jumps(part);
      settles();
      rest = rest.minus(part);
    }
  }

  /** Moves time on at once; whoever asks for more must wait for it. */
  void jumps(Duration total) {
    clock.advance(total);
    time.advance(total);
  }

  /**
   * Everything told to the device before has been carried out afterwards, what it asked besides.
   */
  void settles() {
    answer(asking(ORG, Describe::new));
    answer(asking(ORG, Describe::new)); // behind the answers to what it has asked
  }

  // ── sessions ──

  FakeSession session() {
    return new FakeSession(kit, true);
  }

  FakeSession muteSession() {
    return new FakeSession(kit, false);
  }

  FakeSession online() {
    return online(session());
  }

  FakeSession online(FakeSession session) {
    tell(session.connect(ORG, TOKEN));
    session.told();
    feed.clear();
    facts();
    return session;
  }

  void tell(DeviceCommand command) {
    device.tell(command);
    settles();
  }

  // ── people ──

  @FunctionalInterface
  interface Asking {
    DeviceCommand of(OrgId org, ActorRef<Answer> replyTo);
  }

  Answer ask(Asking request) {
    return ask(ORG, request);
  }

  Answer ask(OrgId org, Asking request) {
    var answer = answer(asking(org, request));
    settles(); // the answer is given before the news
    return answer;
  }

  CompletableFuture<Answer> asking(OrgId org, Asking request) {
    return AskPattern.<DeviceCommand, Answer>ask(
            device,
            replyTo -> request.of(org, replyTo),
            Duration.ofDays(100),
            kit.system().scheduler())
        .toCompletableFuture();
  }

  static Answer answer(CompletableFuture<Answer> answer) {
    try {
      return answer.get(5, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no answer", e);
    }
  }

  DeviceView view() {
    return assertInstanceOf(Answer.Described.class, ask(Describe::new)).device();
  }

  String status() {
    return view().presence().word();
  }

  Answer registers() {
    return registers(ORG, "Lobby");
  }

  Answer registers(OrgId org, String name, String... tags) {
    return ask(org, (of, to) -> new Register(of, Optional.of(name), sorted(tags), "ann", to));
  }

  static SortedSet<String> sorted(String... tags) {
    return new TreeSet<>(List.of(tags));
  }

  Answer amends(Optional<String> name, Optional<SortedSet<String>> tags, Optional<Boolean> off) {
    return ask((org, to) -> new Amend(org, name, tags, off, "ann", to));
  }

  Answer disables() {
    return amends(Optional.empty(), Optional.empty(), Optional.of(true));
  }

  Answer retires() {
    return ask((org, to) -> new Retire(org, "ann", to));
  }

  Answer revokes() {
    return ask((org, to) -> new RevokeTokens(org, "revoked", "ann", to));
  }

  Answer issues(String hash) {
    return ask(
        (org, to) ->
            new IssueToken(org, hash, clock.instant().plusSeconds(90 * 86_400), "ann", to));
  }

  // ── commands for the device ──

  Wish wish(String type) {
    return new Wish(
        Optional.empty(),
        type,
        Optional.empty(),
        Optional.empty(),
        3600,
        "ann",
        Optional.empty(),
        Optional.empty(),
        clock.instant().plusSeconds(5));
  }

  Answer wants(Wish wish) {
    return ask((org, to) -> new Enqueue(org, wish, to));
  }

  CommandView accepted(Answer answer) {
    return assertInstanceOf(Answer.Accepted.class, answer).command();
  }

  /** Enqueues a command and gives its id. */
  CommandId queues(String type) {
    return accepted(wants(wish(type))).id();
  }

  CommandView command(CommandId command) {
    return assertInstanceOf(
            Answer.Command.class, ask((org, to) -> new DescribeCommand(org, command, to)))
        .command();
  }

  List<CommandView> pending() {
    return assertInstanceOf(Answer.Pending.class, ask(ListPending::new)).commands();
  }

  Answer cancels(CommandId command) {
    return ask((org, to) -> new Cancel(org, command, "ann", to));
  }

  CompletableFuture<Answer> awaits(CommandId command) {
    return asking(ORG, (org, to) -> new AwaitSettled(org, command, to));
  }

  /** How a command ended that was still pending when this was called. */
  static CommandView end(CompletableFuture<Answer> awaited) {
    return assertInstanceOf(Answer.Command.class, answer(awaited)).command();
  }

  void acknowledges(CommandId command) {
    tell(FakeSession.ack(command, Reaction.DONE));
  }

  // ── what came of it ──

  /** The count that lists show, as this node's hints know it. */
  int countedForLists() {
    return seen.of(id).pendingCommands();
  }

  static void refused(Refusal why, Answer answer) {
    assertEquals(new Answer.No(why), answer);
  }

  /** The facts journalled since the last call, by name. */
  List<String> facts() {
    return freshEvents().stream().map(event -> event.getClass().getSimpleName()).toList();
  }

  /** The facts journalled since the last call. */
  List<DeviceEvent> freshEvents() {
    var all = journal.persistedInStorage(persistenceId());
    var fresh = all.subList(read, all.size()).stream().map(DeviceEvent.class::cast).toList();
    read = all.size();
    return fresh;
  }

  /** Waits, in real time, for something that happens by itself. */
  static void eventually(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never: " + what);
      }
      Thread.onSpinWait();
    }
  }
}
