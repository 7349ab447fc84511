package io.muster.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The console's pure modules have tests in their own language; Node runs them as they are. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ConsoleModulesTest {
  private static final int PATIENCE_SECONDS = 60;

  @Test
  void the_tests_in_javascript_pass() throws Exception {
    var node = start();
    var said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(node.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertEquals(0, node.exitValue(), said);
  }

  private static Process start() {
    try {
      return new ProcessBuilder("node", "--test", "src/test/js/").redirectErrorStream(true).start();
    } catch (IOException absent) {
      System.err.println("SKIPPED: no Node on the path, the console's modules are not tested.");
      return abort("no Node on the path");
    }
  }
}
