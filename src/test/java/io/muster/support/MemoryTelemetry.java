package io.muster.support;

import io.muster.actors.DeliveryState;
import io.muster.actors.Load;
import io.muster.actors.Refusal;
import io.muster.actors.Telemetry;
import io.muster.actors.canary.Canary;
import io.muster.actors.screen.NotTaken;
import io.muster.actors.session.Cause;
import io.muster.actors.telemetry.ContentError;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what was counted, in words and in order. */
public final class MemoryTelemetry implements Telemetry {
  private final List<String> counted = new CopyOnWriteArrayList<>();

  public List<String> counted() {
    return List.copyOf(counted);
  }

  @Override
  public void deviceCame() {
    counted.add("device came");
  }

  @Override
  public void deviceLeft() {
    counted.add("device left");
  }

  @Override
  public void dashboardCame() {
    counted.add("dashboard came");
  }

  @Override
  public void dashboardLeft() {
    counted.add("dashboard left");
  }

  @Override
  public void turnedAway(Reason reason) {
    counted.add("turned away: " + reason);
  }

  /** Not remembered: it is told four times a second. */
  @Override
  public void atTheDoor(int waiting, int joining) {}

  @Override
  public void shed() {
    counted.add("shed");
  }

  @Override
  public void unknownEvent() {
    counted.add("unknown event");
  }

  /** Not remembered: there is no end of it. */
  @Override
  public void said(Said event) {}

  /** Not remembered: there is no end of it. */
  @Override
  public void heard(Load load) {}

  @Override
  public void reconcileAsked() {
    counted.add("reconcile asked");
  }

  @Override
  public void contentPushed(Push outcome, Duration after) {
    counted.add("content pushed: " + outcome);
  }

  @Override
  public void contentUndeliverable() {
    counted.add("content undeliverable");
  }

  @Override
  public void tokenRenewal(Renewal step) {
    counted.add("token renewal: " + step);
  }

  @Override
  public void commandAccepted() {
    counted.add("accepted");
  }

  @Override
  public void commandRefused(Refusal why) {
    counted.add("refused: " + why.code());
  }

  @Override
  public void commandSettled(DeliveryState state, Duration after) {
    counted.add("settled: %s after %s".formatted(state.word(), after));
  }

  @Override
  public void answered(Surface surface, int status, Duration after) {
    counted.add("answered: %s %d".formatted(surface, status));
  }

  /** Not remembered: there is no end of it. */
  @Override
  public void loopWasLate(Duration by) {}

  @Override
  public void stoodStill() {
    counted.add("stood still");
  }

  @Override
  public void canaryDid(Canary.Path path, Duration after) {
    counted.add("canary did: " + path);
  }

  @Override
  public void canaryFailed(Canary.Path path) {
    counted.add("canary failed: " + path);
  }

  @Override
  public void journalWorks() {
    counted.add("journal works");
  }

  @Override
  public void journalFails() {
    counted.add("journal fails");
  }

  @Override
  public void projectionWasBehind(Duration by) {
    counted.add("projection followed");
  }

  @Override
  public void fieldsDropped(Flaw flaw, int count) {
    counted.add("fields %s: %d".formatted(flaw, count));
  }

  @Override
  public void reports(Kind kind, Fate fate, int count) {
    counted.add("%s %s: %d".formatted(kind, fate, count));
  }

  /** Not remembered: it is told all the time. */
  @Override
  public void reportsWaiting(int count) {}

  @Override
  public void contentFailed(ContentError.Type type) {
    counted.add("content failed: " + type);
  }

  /** A look that changed nothing is not remembered. */
  @Override
  public void outagesMoved(int opened, int closed, int reminded, int setAside) {
    if (opened + closed + reminded + setAside > 0) {
      counted.add(
          "outages: %d opened, %d closed, %d reminded, %d set aside"
              .formatted(opened, closed, reminded, setAside));
    }
  }

  @Override
  public void outagesOpen(int count) {
    counted.add("outages open: " + count);
  }

  @Override
  public void outageNoticed(Duration after) {
    counted.add("outage noticed after " + after);
  }

  @Override
  public void redisWorks() {
    counted.add("redis works");
  }

  @Override
  public void redisFails() {
    counted.add("redis fails");
  }

  @Override
  public void redisUsed(RedisUse use, Duration after) {
    counted.add("redis used: " + use);
  }

  @Override
  public void redisFailed(RedisUse use) {
    counted.add("redis failed: " + use);
  }

  @Override
  public void redisDropped(RedisUse use, int writes) {
    counted.add("redis dropped: %s %d".formatted(use, writes));
  }

  @Override
  public void sessionEnded(Cause why) {
    counted.add("session ended: " + why.word());
  }

  @Override
  public void screenshotStored() {
    counted.add("screenshot stored");
  }

  @Override
  public void screenshotRefused(NotTaken why) {
    counted.add("screenshot refused: " + why);
  }

  @Override
  public void screenshotStorageFailed() {
    counted.add("screenshot storage failed");
  }
}
