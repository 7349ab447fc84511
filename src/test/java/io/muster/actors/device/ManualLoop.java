package io.muster.actors.device;

import java.time.Duration;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** An event loop that turns when it is told to, on the thread that tells it. */
final class ManualLoop extends AbstractExecutorService implements ScheduledExecutorService {
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final PriorityQueue<Timed> timed = new PriorityQueue<>();
  private volatile Thread turning;
  private long now;

  private final class Timed extends FutureTask<Void> implements ScheduledFuture<Void> {
    private final long at;

    Timed(Runnable task, long at) {
      super(task, null);
      this.at = at;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(at - now, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(at, ((Timed) other).at);
    }
  }

  boolean isCurrent() {
    return turning == Thread.currentThread();
  }

  long nanos() {
    return now;
  }

  int timers() {
    return timed.size();
  }

  /** Runs what is queued, as the loop. */
  void turns() {
    for (var task = tasks.poll(); task != null; task = tasks.poll()) {
      runs(task);
    }
  }

  /** Waits, in real time, for one task from elsewhere, and runs it and those behind it. */
  void turnsOnce() {
    try {
      var task = tasks.poll(5, TimeUnit.SECONDS);
      if (task == null) {
        throw new AssertionError("the loop has nothing to do");
      }
      runs(task);
      turns();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Does something as the loop. */
  void runs(Runnable deed) {
    var before = turning;
    turning = Thread.currentThread();
    try {
      deed.run();
    } finally {
      turning = before;
    }
  }

  void passes(Duration time) {
    long end = now + time.toNanos();
    while (!timed.isEmpty() && timed.peek().at <= end) {
      var task = timed.poll();
      now = task.at;
      runs(task);
      turns();
    }
    now = end;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    if (!isCurrent()) {
      throw new AssertionError("timers of the loop belong to the loop");
    }
    var one = new Timed(task, now + unit.toNanos(delay));
    timed.add(one);
    return one;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long delay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long delay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdown() {}

  @Override
  public List<Runnable> shutdownNow() {
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
