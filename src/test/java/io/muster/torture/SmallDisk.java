package io.muster.torture;

import io.muster.support.Postgres.Outage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file system of its own, in memory, that can be full. It is gone with this JVM, however that
 * ends.
 */
final class SmallDisk implements AutoCloseable {
  private static final int TRIES = 20;

  private final Path dir;
  private final Process end;

  private SmallDisk(Path dir, Process end) {
    this.dir = dir;
    this.end = end;
  }

  /** Empty for whoever may not mount. */
  static Optional<SmallDisk> in(Path dir) throws IOException, InterruptedException {
    Files.createDirectories(dir);
    if (!does("mount -t tmpfs -o size=50%% muster '%s'", dir)) {
      return Optional.empty();
    }
    // Whoever has files there may take a moment to go.
    var script =
        "read _; for i in $(seq 100); do umount '%s' && break; sleep 0.1; done".formatted(dir);
    return Optional.of(new SmallDisk(dir, quiet(script)));
  }

  Path dir() {
    return dir;
  }

  /** From now on it is no larger than what is on it, until the outage is closed. */
  Outage fill() throws IOException, InterruptedException {
    int tries = 0;
    while (!does("mount -o remount,size=%d '%s'", used(), dir)) { // what is on it has grown
      if (++tries == TRIES) {
        throw new IllegalStateException("the disk cannot be filled");
      }
    }
    return this::free;
  }

  private long used() throws IOException {
    var files = Files.getFileStore(dir);
    return files.getTotalSpace() - files.getUnallocatedSpace();
  }

  private void free() {
    try {
      does("mount -o remount,size=50%% '%s'", dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean does(String command, Object... about)
      throws IOException, InterruptedException {
    return quiet(command.formatted(about)).waitFor() == 0;
  }

  private static Process quiet(String script) throws IOException {
    return new ProcessBuilder("sh", "-c", script)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    end.getOutputStream().close();
    end.waitFor();
  }
}
