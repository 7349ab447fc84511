package io.muster.acceptance;

import io.muster.support.Eventually;
import io.muster.support.Postgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code muster serve} as a process of its own, so that it can be killed. */
final class ServedProcess implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening on port (\\d+)");

  private static final String CLASS_PATH =
      System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

  private final Process process;
  private final Path output;
  private final int port;

  private ServedProcess(Process process, Path output, int port) {
    this.process = process;
    this.output = output;
    this.port = port;
  }

  /** Starts it and waits until its door is open. */
  static ServedProcess start(Path dataDir, Map<String, String> environment) throws IOException {
    return started(dataDir, launch(dataDir, environment, "serve"));
  }

  /** As {@link #start}, of a release: its jar with the libraries of today. */
  static ServedProcess startOf(Path jar, Path dataDir, Map<String, String> environment)
      throws IOException {
    var own = Path.of("target", "classes").toAbsolutePath().toString();
    var classes =
        Arrays.stream(CLASS_PATH.split(File.pathSeparator))
            .filter(
                entry ->
                    !entry.contains("test-classes")
                        && !Path.of(entry).toAbsolutePath().toString().equals(own))
            .collect(Collectors.joining(File.pathSeparator));
    var path = jar.toAbsolutePath() + File.pathSeparator + classes;
    return started(dataDir, launch(path, dataDir, environment, "serve"));
  }

  private static ServedProcess started(Path dataDir, Process process) throws IOException {
    var output = output(dataDir);
    var port = new int[1];
    try {
      Eventually.eventually(
          "the door is open",
          () -> {
            var found = LISTENING.matcher(Files.readString(output));
            if (found.find()) {
              port[0] = Integer.parseInt(found.group(1));
            }
            return port[0] > 0 || !process.isAlive();
          });
    } catch (AssertionError e) {
      process.destroyForcibly();
      throw e;
    }
    if (port[0] == 0) {
      throw new AssertionError("it ended: " + Files.readString(output));
    }
    return new ServedProcess(process, output, port[0]);
  }

  /** Runs any command of ours with everything it says in a file of the directory. */
  static Process launch(Path dataDir, Map<String, String> environment, String... arguments)
      throws IOException {
    return launch(CLASS_PATH, dataDir, environment, arguments);
  }

  private static Process launch(
      String classPath, Path dataDir, Map<String, String> environment, String... arguments)
      throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                "io.muster.app.Main"));
    command.addAll(List.of(arguments));
    Files.deleteIfExists(output(dataDir));
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output(dataDir).toFile());
    builder.environment().putAll(defaults(dataDir));
    builder.environment().putAll(environment);
    return builder.start();
  }

  static Path output(Path dataDir) {
    return dataDir.resolve("output.txt");
  }

  private static Map<String, String> defaults(Path dataDir) {
    var all = new HashMap<String, String>();
    all.put("MUSTER_DATA_DIR", dataDir.toString());
    all.put("MUSTER_HOST", "127.0.0.1");
    all.put("PORT", "0");
    all.put("DEVICE_JWT_SECRET", TrialGateway.DEVICE_SECRET);
    all.put("JWT_SECRET", TrialGateway.USER_SECRET);
    return all;
  }

  int port() {
    return port;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  String said() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** As {@code kill -9}: nothing of ours runs any more, not even a finally. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(10, TimeUnit.SECONDS);
  }

  /** As Ctrl-C or a service manager does it; the exit code. */
  int terminate() throws InterruptedException {
    return terminate(Duration.ofSeconds(10));
  }

  int terminate(Duration patience) throws InterruptedException {
    process.destroy();
    return status(patience);
  }

  /** The exit code, of a process that has a reason to end. */
  int status(Duration patience) throws InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("it does not end: " + said());
    }
    return process.exitValue();
  }

  /** It stands still, as a machine that is moved or swaps, until that is closed. */
  Postgres.Outage pause() {
    signal("STOP");
    return () -> signal("CONT");
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
