package io.muster.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.http.auth.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official JavaScript client with the options of the shipped programs, in Node. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ShippedClientsIT {
  private static final Path FOLDER = Path.of("src", "test", "js");

  @TempDir Path temporary;

  @Test
  void they_are_served_taken_over_refused_and_turned_away_as_they_expect() throws Exception {
    assumeTrue(isInstalled(), "no Node or no client");
    var gateway = TrialGateway.shared();
    var org = TrialGateway.fresh("org");
    var id = TrialGateway.fresh("tv");
    var output = temporary.resolve("output.txt");
    var node =
        new ProcessBuilder(
                "node",
                "shipped-clients.js",
                Integer.toString(gateway.port()),
                id,
                TrialGateway.device(org, id),
                TrialGateway.user(org, Role.OPERATOR))
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(node.waitFor(60, TimeUnit.SECONDS), "it does not end");
      assertEquals(0, node.exitValue(), Files.readString(output));
    } finally {
      node.destroyForcibly();
    }
  }

  private static boolean isInstalled() {
    boolean node =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "node")));
    if (node && Files.isDirectory(FOLDER.resolve("node_modules/socket.io-client"))) {
      return true;
    }
    System.err.println(
        """

        ############################################################################
        # SKIPPED: the shipped clients were not tried in JavaScript.
        # That needs Node and its packages: ./muster test installs them.
        ############################################################################
        """);
    return false;
  }
}
