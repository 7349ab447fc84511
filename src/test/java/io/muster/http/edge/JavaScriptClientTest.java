package io.muster.http.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The official JavaScript client in a Node process of its own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class JavaScriptClientTest {
  private static final Path FOLDER = Path.of("src", "test", "js");
  private static final long PATIENCE_SECONDS = 60;

  @Test
  void it_is_served_on_every_transport_and_through_the_upgrade() throws Exception {
    assumeTrue(isInstalled(), "no Node or no client");
    try (var server =
        EchoServer.open(EchoServer.settings(), EchoApplications.sockets("/socket.io/"))) {
      Path output = Files.createTempFile("official-client", ".log");
      var node =
          new ProcessBuilder("node", "official-client.js", Integer.toString(server.port()))
              .directory(FOLDER.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try {
        assertTrue(node.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), () -> read(output));
        assertEquals(0, node.exitValue(), () -> read(output));
      } finally {
        node.destroyForcibly();
        Files.delete(output);
      }
    }
  }

  private static boolean isInstalled() throws InterruptedException {
    boolean client = Files.isDirectory(FOLDER.resolve("node_modules/socket.io-client"));
    if (client && hasNode()) {
      return true;
    }
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError("CI has Node and the official client, or tests nothing of it");
    }
    System.err.println(
        """

        ############################################################################
        # SKIPPED: the official JavaScript client was not tested.
        # It needs Node and its packages: ./muster test installs them.
        ############################################################################
        """);
    return false;
  }

  private static boolean hasNode() throws InterruptedException {
    try {
      return new ProcessBuilder("node", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException none) {
      return false;
    }
  }

  private static String read(Path output) {
    try {
      return Files.readString(output);
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }
}
