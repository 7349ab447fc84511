package io.muster.app.swarm;

import java.io.PrintWriter;
import java.time.Duration;

/** A line about where the run stands: each second on a terminal, else every five. */
final class Progress implements AutoCloseable {
  private static final String TO_LINE_START = "\r\u001b[K";

  private final Swarm swarm;
  private final PrintWriter out;
  private final boolean terminal;
  private final Thread thread;
  private long heartbeats;
  private long at = System.nanoTime();

  private Progress(Swarm swarm, PrintWriter out, boolean terminal) {
    this.swarm = swarm;
    this.out = out;
    this.terminal = terminal;
    thread = Thread.ofPlatform().daemon().name("swarm-progress").unstarted(this::run);
  }

  static Progress of(Swarm swarm, PrintWriter out) {
    var console = System.console();
    var progress = new Progress(swarm, out, console != null && console.isTerminal());
    progress.thread.start();
    return progress;
  }

  static Progress none() {
    return new Progress(null, null, false);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(Duration.ofSeconds(terminal ? 1 : 5));
        show(swarm.on(() -> swarm.tally().copy()));
      }
    } catch (InterruptedException done) {
      Thread.currentThread().interrupt();
    }
  }

  private void show(Tally now) {
    long time = System.nanoTime();
    // The count begins anew after the warm-up.
    long since = Math.max(0, now.heartbeats - heartbeats);
    double perSecond = since * 1e9 / (time - at);
    heartbeats = now.heartbeats;
    at = time;
    var line = Report.line(now, perSecond);
    if (terminal) {
      out.print(TO_LINE_START + line);
    } else {
      out.println(line);
    }
    out.flush();
  }

  @Override
  public void close() {
    thread.interrupt();
    if (terminal) {
      out.println();
    }
  }
}
