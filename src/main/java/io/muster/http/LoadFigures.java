package io.muster.http;

import io.muster.actors.Load;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sums and counts of what heartbeats say, so that the average of any span of time and of any number
 * of nodes is a division. Costs a few additions, allocates nothing and is contended by nobody.
 */
public final class LoadFigures {
  private final Figure cpu = new Figure();
  private final Figure memory = new Figure();

  void add(Load load) {
    cpu.add(load.cpu());
    memory.add(load.memory());
  }

  Figure cpu() {
    return cpu;
  }

  Figure memory() {
    return memory;
  }

  /** Of percents, 0 to 100; what was not said is not counted. */
  static final class Figure {
    private final DoubleAdder sum = new DoubleAdder();
    private final LongAdder count = new LongAdder();

    private void add(double percent) {
      if (!Double.isNaN(percent)) {
        sum.add(percent);
        count.increment();
      }
    }

    double sum() {
      return sum.sum();
    }

    long count() {
      return count.sum();
    }
  }
}
