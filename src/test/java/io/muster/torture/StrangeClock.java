package io.muster.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The machine's clock as one process sees it, which can be set (libfaketime). */
record StrangeClock(Path library, Path setting) {
  private static final List<Path> LIBRARIES =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib64/faketime/libfaketimeMT.so.1"));

  /** Empty where the library is not installed. */
  static Optional<StrangeClock> in(Path dir) {
    var clock =
        LIBRARIES.stream()
            .filter(Files::exists)
            .findFirst()
            .map(library -> new StrangeClock(library, dir.resolve("clock")));
    clock.ifPresent(one -> one.set(0));
    return clock;
  }

  void set(int hours) {
    try {
      Files.writeString(setting, "%+d%n".formatted(hours * 3_600));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD", library.toString(),
        "FAKETIME_TIMESTAMP_FILE", setting.toAbsolutePath().toString(),
        "FAKETIME_CACHE_DURATION", "1",
        "FAKETIME_DONT_FAKE_MONOTONIC", "1",
        "DONT_FAKE_MONOTONIC", "1",
        // Else every timed wait of a JVM returns at once.
        "FAKETIME_FORCE_MONOTONIC_FIX", "0");
  }
}
