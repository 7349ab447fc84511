package io.muster.http;

import io.muster.actors.DeliveryState;
import io.muster.actors.Load;
import io.muster.actors.Refusal;
import io.muster.actors.Telemetry;
import io.muster.actors.canary.Canary;
import io.muster.actors.screen.NotTaken;
import io.muster.actors.session.Cause;
import io.muster.actors.telemetry.ContentError;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.Timer;
import kamon.tag.TagSet;

/**
 * Counts in Kamon, to be scraped as Prometheus text. Labels are words of ours, known beforehand.
 */
public final class KamonTelemetry implements Telemetry {
  private final Counter came =
      Kamon.counter("muster.device.connects", "Connections of devices that were let in.")
          .withoutTags();
  private final Counter left =
      Kamon.counter("muster.device.disconnects", "Connections of devices that have ended.")
          .withoutTags();
  private final Counter dashboardsCame =
      Kamon.counter("muster.dashboard.connects", "Connections of dashboards that were let in.")
          .withoutTags();
  private final Counter dashboardsLeft =
      Kamon.counter("muster.dashboard.disconnects", "Connections of dashboards that have ended.")
          .withoutTags();
  private final Counter reconciles =
      Kamon.counter(
              "muster.content.reconciles",
              "Heartbeats whose answer told the device to fetch its content.")
          .withoutTags();
  private final Counter undeliverable =
      Kamon.counter(
              "muster.content.undeliverable",
              "Looks at a playlist that is beyond what devices can be given.")
          .withoutTags();
  private final Counter shed =
      Kamon.counter("muster.events.shed", "Events refused because their client sends too many.")
          .withoutTags();
  private final Counter unknown =
      Kamon.counter("muster.events.unknown", "Events of a name that nobody here knows.")
          .withoutTags();
  private final Counter accepted =
      Kamon.counter("muster.commands.accepted", "Commands that were journalled.").withoutTags();
  private final Map<Reason, Counter> turnedAway = new EnumMap<>(Reason.class);
  private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);
  private final Map<DeliveryState, Timer> settled = new EnumMap<>(DeliveryState.class);
  private final Map<Said, Counter> said = new EnumMap<>(Said.class);
  private final Map<Push, Timer> pushed = new EnumMap<>(Push.class);
  private final Map<Renewal, Counter> renewals = new EnumMap<>(Renewal.class);
  private final LoadFigures loads = new LoadFigures();
  private final Map<Surface, List<Timer>> answered = new EnumMap<>(Surface.class);
  private final Timer lateness =
      Kamon.timer(
              "muster.loop.lateness",
              "By how much a task on an event loop ran later than it was due.")
          .withoutTags();
  private final Counter standstills =
      Kamon.counter("muster.standstills", "Times nothing of this node ran for over a second.")
          .withoutTags();
  private final Timer behind =
      Kamon.timer(
              "muster.projection.lag", "How long the read model took to show what the journal had.")
          .withoutTags();
  private final Map<Flaw, Counter> fields = new EnumMap<>(Flaw.class);
  private final Map<Kind, Map<Fate, Counter>> reports = new EnumMap<>(Kind.class);
  private final Map<ContentError.Type, Counter> contentErrors =
      new EnumMap<>(ContentError.Type.class);
  private final Gauge waiting =
      Kamon.gauge("muster.telemetry.waiting", "Reports that wait to be stored on this node.")
          .withoutTags();
  private final Gauge atTheDoor =
      Kamon.gauge(
              "muster.admission.waiting",
              "Devices that have shown their token and wait to be let in.")
          .withoutTags();
  private final Gauge joining =
      Kamon.gauge(
              "muster.admission.joining", "Devices that are read, journalled and let in just now.")
          .withoutTags();
  private final Map<Canary.Path, Timer> canaryDid = new EnumMap<>(Canary.Path.class);
  private final Map<Canary.Path, Counter> canaryFailed = new EnumMap<>(Canary.Path.class);
  private final Gauge journal =
      Kamon.gauge("muster.journal.up", "1 while the journal can be read, else 0.").withoutTags();

  private final Counter opened =
      Kamon.counter("muster.outages.opened", "Devices that went down.").withoutTags();
  private final Counter closed =
      Kamon.counter("muster.outages.closed", "Outages that ended.").withoutTags();
  private final Counter reminded =
      Kamon.counter("muster.outages.reminded", "Reminders of devices that stay down.")
          .withoutTags();
  private final Counter setAside =
      Kamon.counter("muster.outages.unstored", "Notices that the store refuses for good.")
          .withoutTags();
  private final Gauge open =
      Kamon.gauge("muster.outages.open", "Devices that are down, of all organisations.")
          .withoutTags();
  private final Timer noticed =
      Kamon.timer("muster.outage.notice", "From a device's going offline to its stored notice.")
          .withoutTags();
  private final Gauge redis =
      Kamon.gauge("muster.redis.up", "1 while Redis answers, else 0.").withoutTags();
  private final Map<RedisUse, Timer> redisUsed = new EnumMap<>(RedisUse.class);
  private final Map<RedisUse, Counter> redisFailed = new EnumMap<>(RedisUse.class);
  private final Map<RedisUse, Counter> redisDropped = new EnumMap<>(RedisUse.class);
  private final Map<Cause, Counter> sessionsEnded = new EnumMap<>(Cause.class);

  private final Counter pictured =
      Kamon.counter("muster.screenshots.stored", "Screenshots that were kept.").withoutTags();
  private final Map<NotTaken, Counter> notTaken = new EnumMap<>(NotTaken.class);
  private final Counter storageFailed =
      Kamon.counter(
              "muster.screenshots.failed", "Times the storage of screenshots did not do its work.")
          .withoutTags();

  public KamonTelemetry() {
    for (RedisUse use : RedisUse.values()) {
      var tags = TagSet.of("use", word(use));
      redisUsed.put(
          use,
          Kamon.timer("muster.redis.use", "From a question to Redis to its answer.")
              .withTags(tags));
      redisFailed.put(
          use,
          Kamon.counter("muster.redis.failures", "Uses of Redis without an answer in time.")
              .withTags(tags));
      redisDropped.put(
          use,
          Kamon.counter("muster.redis.dropped", "Hints that were not written to Redis.")
              .withTags(tags));
    }
    for (Cause cause : Cause.values()) {
      sessionsEnded.put(
          cause,
          Kamon.counter(
                  "muster.sessions.ended",
                  "Sessions that were ended while their users were connected.")
              .withTags(TagSet.of("reason", cause.word())));
    }
    for (Canary.Path path : Canary.Path.values()) {
      canaryDid.put(
          path,
          Kamon.timer("muster.canary", "How long the canary waits for what it has tried.")
              .withTags(TagSet.of("path", word(path))));
      canaryFailed.put(
          path,
          Kamon.counter("muster.canary.failures", "What the canary has tried in vain.")
              .withTags(TagSet.of("path", word(path))));
    }
    for (NotTaken why : NotTaken.values()) {
      notTaken.put(
          why,
          Kamon.counter("muster.screenshots.refused", "Screenshots that were not taken in.")
              .withTags(TagSet.of("reason", word(why))));
    }
    for (Reason reason : Reason.values()) {
      turnedAway.put(
          reason,
          Kamon.counter("muster.turned.away", "Clients that were not let in.")
              .withTags(TagSet.of("reason", word(reason))));
    }
    for (Refusal refusal : Refusal.values()) {
      refused.put(
          refusal,
          Kamon.counter("muster.commands.refused", "Commands that were not accepted.")
              .withTags(TagSet.of("reason", refusal.code())));
    }
    for (DeliveryState state : DeliveryState.values()) {
      settled.put(
          state,
          Kamon.timer("muster.command.settled", "From the acceptance of a command to its end.")
              .withTags(TagSet.of("state", state.word())));
    }
    for (Said event : Said.values()) {
      said.put(
          event,
          Kamon.counter("muster.device.events", "Events of devices that were taken in.")
              .withTags(TagSet.of("event", word(event))));
    }
    for (Push outcome : Push.values()) {
      pushed.put(
          outcome,
          Kamon.timer("muster.content.push", "From sending content to a device to its answer.")
              .withTags(TagSet.of("outcome", word(outcome))));
    }
    for (Renewal step : Renewal.values()) {
      renewals.put(
          step,
          Kamon.counter("muster.token.renewals", "Steps of devices towards their next token.")
              .withTags(TagSet.of("step", word(step))));
    }
    for (Surface surface : Surface.values()) {
      answered.put(surface, IntStream.rangeClosed(1, 5).mapToObj(c -> timer(surface, c)).toList());
    }
    for (Flaw flaw : Flaw.values()) {
      fields.put(
          flaw,
          Kamon.counter("muster.telemetry.fields", "Fields of telemetry that were dropped.")
              .withTags(TagSet.of("flaw", word(flaw))));
    }
    for (Kind kind : Kind.values()) {
      var fates = new EnumMap<Fate, Counter>(Fate.class);
      for (Fate fate : Fate.values()) {
        fates.put(
            fate,
            Kamon.counter("muster.telemetry.reports", "What became of what devices report.")
                .withTags(TagSet.of("kind", word(kind)).withTag("fate", word(fate))));
      }
      reports.put(kind, fates);
    }
    for (ContentError.Type type : ContentError.Type.values()) {
      contentErrors.put(
          type,
          Kamon.counter("muster.content.errors", "Content that devices could not show.")
              .withTags(TagSet.of("type", type.word())));
    }
  }

  private static Timer timer(Surface surface, int statusClass) {
    return Kamon.timer(
            "muster.http.request",
            "From the arrival of a request at the routes to the head of its answer.")
        .withTags(TagSet.of("surface", word(surface)).withTag("status", statusClass + "xx"));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void deviceCame() {
    came.increment();
  }

  @Override
  public void deviceLeft() {
    left.increment();
  }

  @Override
  public void dashboardCame() {
    dashboardsCame.increment();
  }

  @Override
  public void dashboardLeft() {
    dashboardsLeft.increment();
  }

  @Override
  public void turnedAway(Reason reason) {
    turnedAway.get(reason).increment();
  }

  @Override
  public void atTheDoor(int waitingNow, int joiningNow) {
    atTheDoor.update(waitingNow);
    joining.update(joiningNow);
  }

  @Override
  public void shed() {
    shed.increment();
  }

  @Override
  public void unknownEvent() {
    unknown.increment();
  }

  @Override
  public void said(Said event) {
    said.get(event).increment();
  }

  @Override
  public void heard(Load load) {
    loads.add(load);
  }

  /** What the heartbeats have told since the start. */
  public LoadFigures loads() {
    return loads;
  }

  @Override
  public void reconcileAsked() {
    reconciles.increment();
  }

  @Override
  public void contentPushed(Push outcome, Duration after) {
    record(pushed.get(outcome), after);
  }

  @Override
  public void contentUndeliverable() {
    undeliverable.increment();
  }

  @Override
  public void tokenRenewal(Renewal step) {
    renewals.get(step).increment();
  }

  @Override
  public void commandAccepted() {
    accepted.increment();
  }

  @Override
  public void commandRefused(Refusal why) {
    refused.get(why).increment();
  }

  @Override
  public void commandSettled(DeliveryState state, Duration after) {
    record(settled.get(state), after);
  }

  @Override
  public void answered(Surface surface, int status, Duration after) {
    record(answered.get(surface).get(Math.clamp(status / 100, 1, 5) - 1), after);
  }

  @Override
  public void loopWasLate(Duration by) {
    record(lateness, by);
  }

  @Override
  public void stoodStill() {
    standstills.increment();
  }

  @Override
  public void canaryDid(Canary.Path path, Duration after) {
    record(canaryDid.get(path), after);
  }

  @Override
  public void canaryFailed(Canary.Path path) {
    canaryFailed.get(path).increment();
  }

  @Override
  public void journalWorks() {
    journal.update(1);
  }

  @Override
  public void journalFails() {
    journal.update(0);
  }

  @Override
  public void projectionWasBehind(Duration by) {
    record(behind, by);
  }

  @Override
  public void fieldsDropped(Flaw flaw, int count) {
    fields.get(flaw).increment(count);
  }

  @Override
  public void reports(Kind kind, Fate fate, int count) {
    reports.get(kind).get(fate).increment(count);
  }

  @Override
  public void reportsWaiting(int count) {
    waiting.update(count);
  }

  @Override
  public void contentFailed(ContentError.Type type) {
    contentErrors.get(type).increment();
  }

  @Override
  public void outagesMoved(int more, int fewer, int reminders, int refused) {
    opened.increment(more);
    closed.increment(fewer);
    reminded.increment(reminders);
    setAside.increment(refused);
  }

  @Override
  public void outagesOpen(int count) {
    open.update(count);
  }

  @Override
  public void outageNoticed(Duration after) {
    record(noticed, after);
  }

  @Override
  public void redisWorks() {
    redis.update(1);
  }

  @Override
  public void redisFails() {
    redis.update(0);
  }

  @Override
  public void redisUsed(RedisUse use, Duration after) {
    record(redisUsed.get(use), after);
  }

  @Override
  public void redisFailed(RedisUse use) {
    redisFailed.get(use).increment();
  }

  @Override
  public void redisDropped(RedisUse use, int writes) {
    redisDropped.get(use).increment(writes);
  }

  @Override
  public void sessionEnded(Cause why) {
    sessionsEnded.get(why).increment();
  }

  @Override
  public void screenshotStored() {
    pictured.increment();
  }

  @Override
  public void screenshotRefused(NotTaken why) {
    notTaken.get(why).increment();
  }

  @Override
  public void screenshotStorageFailed() {
    storageFailed.increment();
  }

  /** Clocks of two nodes may disagree; a time below zero is none. */
  private static void record(Timer timer, Duration time) {
    timer.record(Math.max(0, time.toNanos()));
  }
}
