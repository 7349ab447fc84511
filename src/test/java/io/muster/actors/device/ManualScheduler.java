package io.muster.actors.device;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.event.LoggingAdapter;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * The clock of an actor system under test: it moves when it is told to and fires on the thread that
 * moves it. The test kit's own pauses for 100 ms at every move, which histories of many steps
 * cannot afford.
 */
public final class ManualScheduler extends AbstractScheduler {
  static final Config CONFIG =
      ConfigFactory.parseString(
          "pekko.scheduler.implementation = \"" + ManualScheduler.class.getName() + "\"");

  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private long now;
  private long numbers;

  private record Task(
      long at, long number, Runnable deed, AtomicBoolean isOver, long interval, boolean repeats)
      implements Comparable<Task>, Cancellable {
    @Override
    public int compareTo(Task other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
    }

    @Override
    public boolean cancel() {
      return isOver.compareAndSet(false, true);
    }

    @Override
    public boolean isCancelled() {
      return isOver.get();
    }
  }

  /** Made by the actor system. */
  public ManualScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {}

  static ManualScheduler of(ActorSystem<?> system) {
    return (ManualScheduler) Adapter.toClassic(system).scheduler();
  }

  /** Fires everything that is due until then, in order. */
  void advance(Duration time) {
    long end = moves(time.toNanos());
    for (var task = due(end); task != null; task = due(end)) {
      task.deed().run();
    }
  }

  /** Time is where it will be before anything fires: actors arm their next clocks meanwhile. */
  private synchronized long moves(long nanos) {
    now += nanos;
    return now;
  }

  private synchronized Task due(long end) {
    while (!tasks.isEmpty() && tasks.peek().at() <= end) {
      var task = tasks.poll();
      if (task.repeats() && !task.isCancelled()) {
        add(task.at() + task.interval(), task.deed(), task.isOver(), task.interval(), true);
        return task;
      }
      if (task.cancel()) {
        return task;
      }
    }
    return null;
  }

  private synchronized Task add(
      long at, Runnable deed, AtomicBoolean isOver, long interval, boolean repeats) {
    var task = new Task(at, numbers++, deed, isOver, interval, repeats);
    tasks.add(task);
    if (tasks.size() % 1_000 == 0) {
      tasks.removeIf(Task::isCancelled); // asks that were answered long ago
    }
    return task;
  }

  @Override
  public synchronized Cancellable schedule(
      FiniteDuration delay, FiniteDuration interval, Runnable deed, ExecutionContext on) {
    return add(now + delay.toNanos(), deed, new AtomicBoolean(), interval.toNanos(), true);
  }

  @Override
  public synchronized Cancellable scheduleOnce(
      FiniteDuration delay, Runnable deed, ExecutionContext on) {
    return add(now + delay.toNanos(), deed, new AtomicBoolean(), 0, false);
  }

  @Override
  public double maxFrequency() {
    return 1_000;
  }
}
