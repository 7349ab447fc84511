package io.muster.app;

import java.util.concurrent.CompletableFuture;
import sun.misc.Signal;

/**
 * Ctrl-C, a termination signal, or a gateway that is to end by itself: what runs is closed, once,
 * and the command ends. A signal that comes during the start takes effect when there is something
 * to close.
 */
final class Stop {
  private final CompletableFuture<Integer> asked = new CompletableFuture<>();

  private Stop() {}

  /** From now on a signal no longer ends the process by itself. */
  static Stop onSignal() {
    var stop = new Stop();
    Signal.handle(new Signal("INT"), _ -> stop.with(0));
    Signal.handle(new Signal("TERM"), _ -> stop.with(0));
    return stop;
  }

  /**
   * @param status of the process; that of whoever asks first
   */
  void with(int status) {
    asked.complete(status);
  }

  int await(Runnable close) {
    int status = asked.join();
    close.run();
    return status;
  }
}
