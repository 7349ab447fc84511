package io.muster.app;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster drain}: a node leaves as on a termination signal, and this waits until it has. */
@Command(
    name = "drain",
    description =
        "Make a node leave the cluster and end; its devices go to the others. Needs INTERNAL_API_SECRET.",
    mixinStandardHelpOptions = true)
final class DrainCommand implements Callable<Integer> {
  private static final Duration EVERY = Duration.ofMillis(500);

  @Parameters(paramLabel = "NODE", description = "its name or address, as /api/v1/cluster has it")
  private String node;

  @Option(
      names = "--url",
      description = "any gateway of the cluster (default: http://127.0.0.1 with PORT)")
  private Optional<String> url;

  @Option(names = "--force", description = "also when no other node could take over")
  private boolean force;

  @Option(
      names = "--timeout-seconds",
      defaultValue = "45",
      description = "1 to 600: how long to wait until it is gone (default: 45)")
  private int seconds;

  @Override
  public Integer call() {
    if (seconds < 1 || seconds > 600) {
      throw new Complaint("--timeout-seconds is 1 to 600, was " + seconds);
    }
    var settings = Settings.read(Map.of());
    var key =
        settings
            .secrets()
            .internal()
            .orElseThrow(() -> new Complaint("INTERNAL_API_SECRET is not set"));
    var gateway =
        RemoteGateway.asService(url.orElse("http://127.0.0.1:" + settings.http().port()), key);
    var address = gateway.drain(node, force);
    System.err.printf("muster: %s leaves%n", node);
    return waitUntilGone(gateway, address);
  }

  /** By its address: another of the same name may come while this one goes. */
  private int waitUntilGone(RemoteGateway gateway, RemoteGateway.Run run) {
    var until = Deadline.in(Duration.ofSeconds(seconds));
    while (!until.atMost(EVERY).isZero()) {
      if (gateway.isGone(run)) {
        System.err.printf("muster: %s has left%n", node);
        return 0;
      }
      LockSupport.parkNanos(until.atMost(EVERY).toNanos());
    }
    throw new Complaint("%s has not left within %d s".formatted(node, seconds));
  }
}
