package io.muster.app;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/**
 * Ctrl-C or a termination signal: what runs is closed, once, and the command ends with 0. One that
 * comes during the start takes effect when there is something to close.
 */
final class Stop {
  private final CountDownLatch asked = new CountDownLatch(1);

  private Stop() {}

  /** From now on a signal no longer ends the process by itself. */
  static Stop onSignal() {
    var stop = new Stop();
    Signal.handle(new Signal("INT"), _ -> stop.asked.countDown());
    Signal.handle(new Signal("TERM"), _ -> stop.asked.countDown());
    return stop;
  }

  int await(Runnable close) throws InterruptedException {
    asked.await();
    close.run();
    return 0;
  }
}
