package io.muster.torture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code muster torture}: as many faults as there is time for, and a report. */
@Command(
    name = "torture",
    mixinStandardHelpOptions = true,
    description = "Three nodes, a database, devices and faults; then checks what clients saw.")
public final class TortureCommand implements Callable<Integer> {
  @Option(names = "--minutes", defaultValue = "10", description = "1 to 1440 (default: 10)")
  private int minutes;

  @Option(names = "--seed", description = "of the order of faults and of all choices")
  private Optional<Long> seed;

  @Option(names = "--devices", defaultValue = "1000", description = "10 to 5000 (default: 1000)")
  private int devices;

  @Option(
      names = "--report",
      defaultValue = "target/torture.md",
      description = "where to write (default: target/torture.md)")
  private Path report;

  @Override
  public Integer call() throws Exception {
    if (minutes < 1 || minutes > 1440 || devices < 10 || devices > 5000) {
      System.err.println("muster: --minutes is 1 to 1440 and --devices 10 to 5000");
      return 2;
    }
    long chosen = seed.orElseGet(() -> new Random().nextLong(1_000_000));
    System.out.println("seed " + chosen);
    var dir = Files.createTempDirectory("muster-torture");
    System.out.println("what the nodes say is in " + dir);
    var plan = Torture.Plan.of(chosen, devices, Duration.ofMinutes(minutes));
    var outcome = Torture.run(plan, dir, System.out::println);
    System.out.println();
    System.out.print(outcome.text());
    Files.createDirectories(report.toAbsolutePath().getParent());
    Files.writeString(report, outcome.text());
    return outcome.violations().isEmpty() ? 0 : 1;
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new TortureCommand()).execute(arguments));
  }
}
