package io.muster.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real S3 server in a process of its own, with nothing in it. */
public final class S3Server implements AutoCloseable {
  public static final String ACCESS_KEY = "muster-test";
  public static final String SECRET_KEY = "muster-test-secret";

  private static final Path LIBRARIES = Path.of("src", "test", "s3proxy", "lib");

  private final Process process;
  private final Path properties;
  private final Path log;
  private final int port;

  private S3Server() throws IOException {
    port = freePort();
    properties = Files.createTempFile("s3proxy", ".properties");
    log = Files.createTempFile("s3proxy", ".log");
    Files.writeString(
        properties,
        """
        s3proxy.endpoint=http://127.0.0.1:%d
        s3proxy.authorization=aws-v2-or-v4
        s3proxy.identity=%s
        s3proxy.credential=%s
        jclouds.provider=transient-nio2
        jclouds.identity=none
        jclouds.credential=none
        """
            .formatted(port, ACCESS_KEY, SECRET_KEY));
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                LIBRARIES.toAbsolutePath() + "/*",
                "org.gaul.s3proxy.Main",
                "--properties",
                properties.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /** Returns when it answers. Ask {@link #isProvided} first. */
  public static S3Server start() {
    try {
      var server = new S3Server();
      Eventually.eventually("an S3 server, see " + server.log, server::answers);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean answers() throws IOException {
    if (!process.isAlive()) {
      throw new IllegalStateException(Files.readString(log));
    }
    try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** False, and a loud line, where nobody has provided its libraries. */
  public static boolean isProvided() {
    if (Files.exists(LIBRARIES.resolve("s3proxy-4.1.0.jar"))) {
      return true;
    }
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError("CI has an S3 server, or tests nothing of it");
    }
    System.err.println(
        """

        ############################################################################
        # SKIPPED: screenshots in S3 were not tested.
        # It needs an S3 server: ./muster test provides one.
        ############################################################################
        """);
    return false;
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** It takes no more bytes and gives none, and is still there. */
  public void freeze() {
    signal("STOP");
  }

  public void thaw() {
    signal("CONT");
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
    try {
      process.waitFor(10, TimeUnit.SECONDS);
      Files.delete(properties);
      Files.delete(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
