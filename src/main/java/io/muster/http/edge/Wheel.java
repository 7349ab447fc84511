package io.muster.http.edge;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * All deadlines of one event loop behind a single timer. A deadline that moves later is not
 * refiled; it is looked at when its old time comes. So a heartbeat touches nothing here.
 */
final class Wheel implements Runnable {
  /** Deadlines further away than this many ticks are looked at in between. */
  private static final int SLOTS = 1024;

  /** A loop this late was stalled: what clients sent meanwhile is read before anyone is judged. */
  private static final long STALL_NANOS = Duration.ofSeconds(2).toNanos();

  private final EventLoop loop;
  private final long tickNanos;
  private final long start = System.nanoTime();
  private final Due[] slots = new Due[SLOTS];
  private long tick;
  private int size;
  private boolean armed;
  private boolean merciful;

  Wheel(EventLoop loop, Duration tick) {
    this.loop = loop;
    this.tickNanos = tick.toNanos();
  }

  /** From now on {@code due} is called at {@code nanos}, in place of any earlier arrangement. */
  void schedule(Due due, long nanos) {
    due.at(nanos);
    if (nanos == Due.NEVER) {
      // Left where it is filed: it drops out when it is looked at.
      return;
    }
    if (size == 0) {
      tick = tickOf(System.nanoTime());
    }
    long target = Math.clamp(tickOf(nanos) + 1, tick + 1, tick + SLOTS - 1);
    if (due.filed >= 0 && due.filed <= target) {
      return;
    }
    remove(due);
    file(due, target);
    if (!armed) {
      arm();
    }
  }

  /** Forgets it at once, for what must not be held until its old time comes. */
  void cancel(Due due) {
    due.at(Due.NEVER);
    remove(due);
  }

  @Override
  public void run() {
    armed = false;
    long now = System.nanoTime();
    long nowTick = tickOf(now);
    boolean stalled = (nowTick - tick) * tickNanos > STALL_NANOS;
    if (stalled && !merciful) {
      merciful = true;
    } else {
      merciful = false;
      // After a stall of a whole turn every slot is visited once, not once per tick.
      tick = Math.max(tick, nowTick - SLOTS);
      while (tick < nowTick) {
        tick++;
        visit(now);
      }
    }
    if (size > 0 && !armed) {
      arm();
    }
  }

  private void visit(long now) {
    int slot = (int) (tick % SLOTS);
    Due next;
    for (Due due = slots[slot]; due != null; due = next) {
      next = due.after;
      if (due.filed > tick) {
        continue;
      }
      remove(due);
      long at = due.at();
      if (at == Due.NEVER) {
        continue;
      }
      if (at <= now) {
        due.due(now);
        // Those calls may have removed any neighbour: start over, the handled ones are gone.
        next = slots[slot];
      } else {
        file(due, Math.clamp(tickOf(at) + 1, tick + 1, tick + SLOTS - 1));
      }
    }
  }

  private void file(Due due, long target) {
    int slot = (int) (target % SLOTS);
    due.filed = target;
    due.before = null;
    due.after = slots[slot];
    if (due.after != null) {
      due.after.before = due;
    }
    slots[slot] = due;
    size++;
  }

  private void remove(Due due) {
    if (due.filed < 0) {
      return;
    }
    if (due.before == null) {
      slots[(int) (due.filed % SLOTS)] = due.after;
    } else {
      due.before.after = due.after;
    }
    if (due.after != null) {
      due.after.before = due.before;
    }
    due.before = null;
    due.after = null;
    due.filed = -1;
    size--;
  }

  private void arm() {
    armed = true;
    loop.schedule(this, tickNanos, TimeUnit.NANOSECONDS);
  }

  private long tickOf(long nanos) {
    return Math.max(0, nanos - start) / tickNanos;
  }
}
