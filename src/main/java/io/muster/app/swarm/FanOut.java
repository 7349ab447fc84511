package io.muster.app.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/**
 * How long one change takes to reach every dashboard: a device that was never there before
 * connects, and the last of the dashboards to hear of it ends the round.
 */
final class FanOut implements Dashboards.Watcher {
  private static final Duration BETWEEN_ROUNDS = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Swarm swarm;
  private final Dashboards dashboards;
  private final Function<String, Persona> newcomer;
  private final ServerProcess measured;

  // On the loop.
  private final Histogram first = Tally.times();
  private final Histogram last = Tally.times();
  private ByteBuf awaited = Unpooled.EMPTY_BUFFER;
  private long provokedAt;
  private int heard;

  FanOut(
      Swarm swarm,
      Dashboards dashboards,
      Function<String, Persona> newcomer,
      ServerProcess measured) {
    this.swarm = swarm;
    this.dashboards = dashboards;
    this.newcomer = newcomer;
    this.measured = measured;
  }

  /**
   * Adds its figures to the summary: milliseconds from the connect, processor milliseconds a round.
   */
  void run(int rounds, Summary summary) throws InterruptedException {
    swarm.run(() -> dashboards.watch(this));
    double cpu = measured.cpuSeconds();
    int complete = 0;
    for (int round = 0; round < rounds; round++) {
      complete += round("fan-out-" + System.currentTimeMillis()) ? 1 : 0;
      Thread.sleep(BETWEEN_ROUNDS);
    }
    summary.put("fanOutRoundsComplete", complete);
    summary.put("fanOutDashboards", swarm.on(dashboards::watching));
    summary.put("fanOutFirstMillisP50", swarm.on(() -> Report.millis(first, 50)));
    summary.put("fanOutLastMillisP50", swarm.on(() -> Report.millis(last, 50)));
    summary.put("fanOutLastMillisMax", swarm.on(() -> Report.millis(last, 100)));
    if (!measured.ids().isEmpty()) {
      summary.put("fanOutServerCpuMillis", (measured.cpuSeconds() - cpu) * 1000 / rounds);
    }
  }

  private boolean round(String id) throws InterruptedException {
    swarm.run(
        () -> {
          awaited = Unpooled.wrappedBuffer(Payloads.utf8("\"" + id + "\""));
          heard = 0;
          provokedAt = System.nanoTime();
          swarm.add(newcomer.apply(id));
        });
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      Thread.sleep(20);
      if (swarm.on(() -> heard >= dashboards.watching())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void told(String event, ByteBuf array) {
    if (!event.equals("device:status") || ByteBufUtil.indexOf(awaited, array) < 0) {
      return;
    }
    heard++;
    long micros = Tally.micros(System.nanoTime() - provokedAt);
    if (heard == 1) {
      first.recordValue(micros);
    }
    if (heard == dashboards.watching()) {
      last.recordValue(micros);
    }
  }
}
