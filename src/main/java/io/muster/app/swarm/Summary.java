package io.muster.app.swarm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** The figures of a run, printed at its end. */
final class Summary {
  private static final double HUNDRED_THOUSAND = 100_000;

  private final Swarm swarm;
  private final ServerProcess measured;
  private final boolean json;
  private final PrintWriter out;
  private final ObjectNode extra = Json.MAPPER.createObjectNode();
  private final List<Callable<ObjectNode>> last = new ArrayList<>();
  private double cpuBefore;
  private boolean steady = true;

  Summary(Swarm swarm, ServerProcess measured, boolean json, PrintWriter out) {
    this.swarm = swarm;
    this.measured = measured;
    this.json = json;
    this.out = out;
    cpuBefore = measured.cpuSeconds();
  }

  /** All have had their first connect. */
  void connected() {
    var tally = swarm.on(() -> swarm.tally().copy());
    put("connectsPerSecond", tally.connects / seconds(tally.started));
    put("connectServerCpuSeconds", measured.cpuSeconds() - cpuBefore);
  }

  /** The run is no even load, so that its cost per heartbeat would say nothing. */
  void uneven() {
    steady = false;
  }

  /** The warm-up is over. */
  void begin() {
    swarm.run(() -> swarm.tally().warm());
    cpuBefore = measured.cpuSeconds();
  }

  /** A figure of a special mode. */
  void put(String name, double value) {
    extra.put(name, Math.round(value * 1000) / 1000.0);
  }

  /** Asked for its figures on the loop, just before they are printed. */
  void atTheEnd(Callable<ObjectNode> figures) {
    last.add(figures);
  }

  void print() {
    var tally = swarm.on(() -> swarm.tally().copy());
    last.forEach(figures -> extra.setAll(swarm.on(figures)));
    put("seconds", seconds(tally.started));
    if (steady && !measured.ids().isEmpty()) {
      double cpu = measured.cpuSeconds() - cpuBefore;
      put("serverCpuSeconds", cpu);
      put("serverCpuSecondsPer100kHeartbeats", cpu * HUNDRED_THOUSAND / Math.max(1, tally.acks));
      put("serverResidentKib", measured.residentKib());
    }
    if (json) {
      out.println(Report.json(tally).setAll(extra));
    } else {
      out.print(Report.text(tally, extra));
    }
    out.flush();
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / (double) TimeUnit.SECONDS.toNanos(1);
  }
}
