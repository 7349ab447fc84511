package io.muster.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where the JavaScript clients live, and whether they can run here. */
final class Node {
  static final Path FOLDER = Path.of("src", "test", "js");

  private Node() {}

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
