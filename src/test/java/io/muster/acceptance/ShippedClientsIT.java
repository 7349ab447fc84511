package io.muster.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.http.auth.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official JavaScript client with the options of the shipped programs, in Node. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ShippedClientsIT {
  @TempDir Path temporary;

  @Test
  void they_are_served_taken_over_refused_and_turned_away_as_they_expect() throws Exception {
    Node.assumeInstalled();
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
            .directory(Node.FOLDER.toFile())
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
}
