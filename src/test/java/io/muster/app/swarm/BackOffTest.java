package io.muster.app.swarm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BackOffTest {
  private final Random random = new Random(1);

  @Test
  void the_first_retry_comes_after_about_a_second() {
    for (int i = 0; i < 1000; i++) {
      long millis = BackOff.millis(0, random);
      assertTrue(millis >= 500 && millis <= 1500, () -> millis + " ms");
    }
  }

  @Test
  void no_retry_waits_longer_than_five_seconds() {
    for (int attempt = 0; attempt < 100; attempt++) {
      assertTrue(BackOff.millis(attempt, random) <= 5000);
    }
  }
}
