package io.muster.actors;

import java.util.OptionalDouble;

/**
 * How a device says its machine is doing. Not-a-number where it did not say.
 *
 * @param cpu percent, 0 to 100
 * @param memory percent, 0 to 100
 * @param disk as the client counts it, 0 or more; the known ones send percent
 * @param temperature degrees Celsius
 * @param latency to its server as the client measured it, milliseconds, 0 or more
 */
public record Load(double cpu, double memory, double disk, double temperature, double latency) {
  public static final Load UNKNOWN = new Load(Double.NaN, Double.NaN);

  public Load(double cpu, double memory) {
    this(cpu, memory, Double.NaN, Double.NaN, Double.NaN);
  }

  public OptionalDouble cpuPercent() {
    return known(cpu);
  }

  public OptionalDouble memoryPercent() {
    return known(memory);
  }

  public OptionalDouble diskUsage() {
    return known(disk);
  }

  public OptionalDouble celsius() {
    return known(temperature);
  }

  public OptionalDouble latencyMillis() {
    return known(latency);
  }

  public boolean isUnknown() {
    return equals(UNKNOWN);
  }

  /** Where this says nothing, the older one stands. */
  public Load over(Load older) {
    return new Load(
        cpuPercent().orElse(older.cpu),
        memoryPercent().orElse(older.memory),
        diskUsage().orElse(older.disk),
        celsius().orElse(older.temperature),
        latencyMillis().orElse(older.latency));
  }

  private static OptionalDouble known(double value) {
    return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
