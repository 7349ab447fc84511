package io.muster.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Where the JavaScript clients live, and whether they can run here. */
final class Node {
  static final Path FOLDER = Path.of("src", "test", "js");

  private static final long PATIENCE_SECONDS = 90;

  private Node() {}

  /** Runs a script that exits with 0 when all was as it should be, and says so otherwise. */
  static void passes(Path output, String script, String... arguments) throws Exception {
    assumeInstalled();
    var command = new ArrayList<String>(List.of("node", script));
    command.addAll(List.of(arguments));
    var node =
        new ProcessBuilder(command)
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean hasEnded = node.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      var said = Files.readString(output);
      assertTrue(hasEnded, said);
      assertEquals(0, node.exitValue(), said);
    } finally {
      node.destroyForcibly();
    }
  }

  /** Skips the test, loudly, where Node or the official client is not installed. */
  static void assumeInstalled() {
    boolean isHere =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "node")));
    if (isHere && Files.isDirectory(FOLDER.resolve("node_modules/socket.io-client"))) {
      return;
    }
    System.err.println(
        """

        ############################################################################
        # SKIPPED: the shipped clients were not tried in JavaScript.
        # That needs Node and its packages: ./muster test installs them.
        ############################################################################
        """);
    assumeTrue(false, "no Node or no client");
  }
}
