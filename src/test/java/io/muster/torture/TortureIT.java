package io.muster.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.torture.Torture.Plan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short round; {@code ./muster torture} runs long ones. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TortureIT {
  @TempDir private Path dir;

  @Test
  void what_clients_see_is_right_while_nodes_stop_and_die_and_are_cut_off_and_the_disk_is_full()
      throws Exception {
    var faults =
        List.of(Fault.VANISH, Fault.STOP, Fault.FULL_DISK, Fault.KILL_THE_OLDEST, Fault.PARTITION);
    var report =
        Torture.run(new Plan(7, 60, Duration.ZERO, faults, true), dir, System.out::println);
    assertEquals(List.of(), report.violations(), report::text);
    assertTrue(report.text().contains("| devices | 60 |"), report::text);
  }
}
