package io.muster.support;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** {@code muster demo} as a process of its own, with a port and a data directory of its own. */
public final class Demo implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern LINK = Pattern.compile("(https?://\\S+/)#token=\\S+");

  private final Optional<Process> process;
  private final Path data;
  private final String link;

  private Demo(Optional<Process> process, Path data, String link) {
    this.process = process;
    this.data = data;
    this.link = link;
  }

  /** With {@code -Dmuster.demo=LINK} a gateway that is up already is used, and left up. */
  public static Demo start() throws Exception {
    var data = Files.createTempDirectory("muster-demo");
    var running = Optional.ofNullable(System.getProperty("muster.demo"));
    return running.isPresent() ? new Demo(Optional.empty(), data, running.get()) : start(data);
  }

  private static Demo start(Path data) throws Exception {
    var builder = new ProcessBuilder(command("demo")).redirectErrorStream(true);
    builder.environment().put("PORT", String.valueOf(freePort()));
    builder.environment().put("MUSTER_DATA_DIR", data.toString());
    var process = builder.start();
    var link = new CompletableFuture<String>();
    Thread.ofVirtual().start(() -> listen(process.inputReader(), link));
    try {
      return new Demo(Optional.of(process), data, link.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static List<String> command(String... arguments) throws IOException {
    var path =
        Path.of("target/classes")
            + ":"
            + Files.readString(Path.of("target/test.classpath")).strip();
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseCompactObjectHeaders",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
                "-cp",
                path,
                "io.muster.app.Main"));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Reads on after the link, or the process would stop when the pipe is full. */
  private static void listen(BufferedReader out, CompletableFuture<String> link) {
    var said = new ArrayList<String>();
    try {
      String line = out.readLine();
      while (line != null) {
        if (said.size() < 200) {
          said.add(line);
        }
        var found = LINK.matcher(line);
        if (found.find()) {
          link.complete(found.group());
        }
        line = out.readLine();
      }
    } catch (IOException stopped) {
      // It ends with the process.
    }
    link.completeExceptionally(
        new IllegalStateException("The demo gave no sign-in link:\n" + String.join("\n", said)));
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Of an operator. */
  public String signInLink() {
    return link;
  }

  /** Of the console. */
  public String address() {
    return link.substring(0, link.indexOf('#'));
  }

  /**
   * A token for a user of the same organisation, made by the command line.
   *
   * @param role viewer, operator or admin
   */
  public String userToken(String role) throws Exception {
    var builder =
        new ProcessBuilder(command("token", "user", "--org", organization(), "--role", role));
    builder.environment().put("MUSTER_DATA_DIR", data.toString());
    var token = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var said = new String(token.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (token.waitFor() != 0) {
      throw new IllegalStateException("muster token user failed");
    }
    return said;
  }

  private String organization() throws IOException {
    var token = link.substring(link.indexOf("#token=") + "#token=".length());
    var claims = Base64.getUrlDecoder().decode(token.split("\\.")[1]);
    return new ObjectMapper().readTree(claims).get("organizationId").asText();
  }

  @Override
  public void close() throws Exception {
    if (process.isPresent()) {
      process.get().destroy();
      if (!process.get().waitFor(10, TimeUnit.SECONDS)) {
        process.get().destroyForcibly();
      }
    }
    try (var files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
