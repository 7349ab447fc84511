package io.muster.actors;

import java.util.OptionalDouble;

/** How busy a device says it is, in percent, 0 to 100. Not-a-number where it did not say. */
public record Load(double cpu, double memory) {
  public static final Load UNKNOWN = new Load(Double.NaN, Double.NaN);

  public OptionalDouble cpuPercent() {
    return Double.isNaN(cpu) ? OptionalDouble.empty() : OptionalDouble.of(cpu);
  }

  public OptionalDouble memoryPercent() {
    return Double.isNaN(memory) ? OptionalDouble.empty() : OptionalDouble.of(memory);
  }

  public boolean isUnknown() {
    return Double.isNaN(cpu) && Double.isNaN(memory);
  }
}
