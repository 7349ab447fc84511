package io.muster.persistence;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.support.DoomedWriter;
import io.muster.support.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class KilledProcessIT {
  private static final int ENOUGH = 300;

  @Test
  void what_the_embedded_store_has_acknowledged_survives_kill_9(@TempDir Path dir)
      throws Exception {
    var process = start(dir);
    long acknowledged = 0;
    try (var lines = process.inputReader()) {
      acknowledged = read(lines, ENOUGH);
      process.destroyForcibly();
      // What it had said before it died counts as well.
      acknowledged = Math.max(acknowledged, read(lines, Long.MAX_VALUE));
    } finally {
      process.destroyForcibly();
      assertTrue(process.waitFor(10, TimeUnit.SECONDS));
    }
    assertTrue(acknowledged >= ENOUGH, () -> "it died early: " + errors(dir));

    try (var store = Store.embedded(dir)) {
      long found = store.recall(DoomedWriter.DEVICE).epoch();
      long last = acknowledged;
      assertTrue(found >= last, () -> "acknowledged " + last + ", found " + found);
    }
  }

  private static Process start(Path dir) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            DoomedWriter.class.getName(),
            dir.toString())
        .redirectError(dir.resolve("errors").toFile())
        .start();
  }

  private static long read(BufferedReader lines, long until) {
    long last = 0;
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.matches("acknowledged \\d+")) {
          last = Long.parseLong(line.substring("acknowledged ".length()));
          if (last >= until) {
            break;
          }
        }
      }
    } catch (IOException e) {
      // The pipe of a killed process may break in the middle of a line, which then does not count.
    }
    return last;
  }

  private static String errors(Path dir) {
    try {
      return Files.readString(dir.resolve("errors"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
