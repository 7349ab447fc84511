package io.muster.app.swarm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the measured processes have cost so far, as Linux counts it; nothing elsewhere. */
record ServerProcess(List<Long> ids) {
  // The kernel's unit for these two figures, whatever the real timer.
  private static final double TICKS_PER_SECOND = 100;

  /** Processor time of all of them, user and kernel, in seconds. */
  double cpuSeconds() {
    return ids.stream().mapToDouble(ServerProcess::cpuSeconds).sum();
  }

  /** Resident memory of all of them, in KiB. */
  long residentKib() {
    return ids.stream().mapToLong(ServerProcess::residentKib).sum();
  }

  private static double cpuSeconds(long id) {
    var stat = read(Path.of("/proc", String.valueOf(id), "stat"));
    // The name of the process may hold blanks and ends with the last parenthesis.
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  private static long residentKib(long id) {
    return read(Path.of("/proc", String.valueOf(id), "status"))
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException gone) {
      throw new UncheckedIOException("the measured process has ended", gone);
    }
  }
}
