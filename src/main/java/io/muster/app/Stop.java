package io.muster.app;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/** Ctrl-C or a termination signal: what runs is closed, once, and the command ends with 0. */
final class Stop {
  private final CountDownLatch asked = new CountDownLatch(1);
  private final Runnable close;

  private Stop(Runnable close) {
    this.close = close;
  }

  static Stop on(Runnable close) {
    var stop = new Stop(close);
    Signal.handle(new Signal("INT"), _ -> stop.asked.countDown());
    Signal.handle(new Signal("TERM"), _ -> stop.asked.countDown());
    return stop;
  }

  int await() throws InterruptedException {
    asked.await();
    close.run();
    return 0;
  }
}
