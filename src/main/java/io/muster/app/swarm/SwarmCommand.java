package io.muster.app.swarm;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code muster swarm}: simulated devices over the real protocol, with figures at the end. */
@Command(
    name = "swarm",
    description =
        "Simulated devices over the real protocol: progress while they run, figures at the end.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class SwarmCommand implements Callable<Integer> {
  private static final int PROBE_TIMEOUT_MILLIS = 2000;

  @Spec private CommandSpec spec;

  // formatter:off
  @Option(names = "--devices", paramLabel = "N", defaultValue = "100", description = "how many devices (default: ${DEFAULT-VALUE})")
  private int devices;
  @Option(names = "--url", paramLabel = "U", description = "the gateway (default: http://127.0.0.1:$PORT, else port 3002)")
  private String url;
  @Option(names = "--rate", paramLabel = "R", defaultValue = "500", description = "first connects per second, open loop; 0 for as fast as --in-flight allows (default: ${DEFAULT-VALUE})")
  private double rate;
  @Option(names = "--in-flight", paramLabel = "K", defaultValue = "400", description = "first connects under way at once (default: ${DEFAULT-VALUE})")
  private int inFlight;
  @Option(names = "--heartbeat-every", paramLabel = "D", defaultValue = "15s", converter = DurationText.class, description = "how far one device's heartbeats are apart (default: ${DEFAULT-VALUE})")
  private Duration heartbeatEvery;
  @Option(names = "--heartbeats-per-second", paramLabel = "H", description = "instead: a fixed rate over all devices, begun when all have connected")
  private double heartbeatsPerSecond;
  @Option(names = "--flap", paramLabel = "P", description = "probability per minute that a device drops its connection and comes back (0 to 1)")
  private double flap;
  @Option(names = "--half-open", paramLabel = "P", description = "probability per minute that a device's network goes away without a word (0 to 1)")
  private double halfOpen;
  @Option(names = "--ack-delay", paramLabel = "D", defaultValue = "0ms", converter = DurationText.class, description = "how long a device takes over a command (default: ${DEFAULT-VALUE})")
  private Duration ackDelay;
  @Option(names = "--duration", paramLabel = "D", converter = DurationText.class, description = "how long to run once all have connected (default: until Ctrl-C)")
  private Duration duration;
  @Option(names = "--warm-up", paramLabel = "D", defaultValue = "0s", converter = DurationText.class, description = "heartbeats before this count for nothing; comes before --duration (default: ${DEFAULT-VALUE})")
  private Duration warmUp;
  @Option(names = "--org", paramLabel = "O", split = ",", defaultValue = "demo", description = "the organisations the devices belong to, in turn (default: ${DEFAULT-VALUE})")
  private List<String> organizations;
  @Option(names = "--id-prefix", paramLabel = "P", defaultValue = "swarm-", description = "device ids begin with it (default: ${DEFAULT-VALUE})")
  private String idPrefix;
  @Option(names = "--secret", paramLabel = "S", description = "the secret device tokens are signed with (default: $DEVICE_JWT_SECRET, else the data directory's)")
  private String secret;
  @Option(names = "--token-file", paramLabel = "F", description = "one device token per line instead of signing them")
  private Path tokenFile;
  @Option(names = "--pid", paramLabel = "PID", split = ",", description = "processes whose processor time and memory are reported (Linux)")
  private List<Long> pids = List.of();
  @Option(names = "--search-max", description = "instead of a duration: find the most heartbeats per second with a p99 from due below 100 ms")
  private boolean searchMax;
  @Option(names = "--quiet", description = "no progress")
  private boolean quiet;
  @Option(names = "--json", description = "the figures as one JSON object on standard output")
  private boolean json;
  // formatter:on

  @Override
  public Integer call() throws InterruptedException {
    var target = target();
    var personas = personas();
    if (!answers(target)) {
      spec.commandLine()
          .getErr()
          .println(
              "cannot reach the gateway at %s: start it with ./muster serve, or give its address with --url"
                  .formatted(target.authority()));
      return 1;
    }
    var pace = new Pace(rate, inFlight, heartbeatEvery, heartbeatsPerSecond);
    try (var swarm = new Swarm(target, pace)) {
      run(swarm, pace, personas);
    }
    return 0;
  }

  private void run(Swarm swarm, Pace pace, List<Persona> personas) throws InterruptedException {
    var out = spec.commandLine().getOut();
    var measured = new ServerProcess(pids);
    var summary = new Summary(swarm, measured, json, out);
    // Ctrl-C is the usual end of a run: the figures are printed all the same, once.
    var interrupted = new Thread(summary::print, "swarm-summary");
    Runtime.getRuntime().addShutdownHook(interrupted);
    try (var progress = quiet ? Progress.none() : Progress.of(swarm, spec.commandLine().getErr())) {
      swarm.start(personas).join();
      summary.connected();
      Thread.sleep(warmUp);
      summary.begin();
      if (searchMax) {
        summary.put(
            "mostHeartbeatsPerSecond", SearchMax.on(swarm, pace, spec.commandLine().getErr()));
      } else if (duration == null) {
        new CountDownLatch(1).await();
      } else {
        Thread.sleep(duration);
      }
    }
    summary.print();
    Runtime.getRuntime().removeShutdownHook(interrupted);
  }

  private Target target() {
    var port = System.getenv().getOrDefault("PORT", "3002");
    try {
      return Target.of(url == null ? "http://127.0.0.1:" + port : url);
    } catch (IllegalArgumentException invalid) {
      throw new ParameterException(spec.commandLine(), invalid.getMessage());
    }
  }

  private List<Persona> personas() {
    if (devices < 0 || inFlight < 1 || heartbeatEvery.isZero()) {
      throw new ParameterException(
          spec.commandLine(),
          "--devices must be 0 or more, --in-flight and --heartbeat-every above 0");
    }
    var tokens = tokenFile == null ? minted() : read(tokenFile);
    return tokens.stream()
        .<Persona>map(
            token -> new PlainPlayer(Payloads.credentials(token), ackDelay, flap, halfOpen))
        .toList();
  }

  private List<String> minted() {
    var mint = new DeviceTokens(deviceSecret(), Clock.systemUTC());
    var tokens = new ArrayList<String>(devices);
    for (int i = 0; i < devices; i++) {
      tokens.add(mint.mint(idPrefix + i, organizations.get(i % organizations.size())));
    }
    return tokens;
  }

  private List<String> read(Path file) {
    try (var lines = Files.lines(file)) {
      return lines.map(String::strip).filter(line -> !line.isEmpty()).limit(devices).toList();
    } catch (IOException unreadable) {
      throw new ParameterException(spec.commandLine(), "cannot read " + file);
    }
  }

  private String deviceSecret() {
    return Optional.ofNullable(secret)
        .or(() -> DeviceSecret.find(System.getenv()))
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "no device secret: give --secret, DEVICE_JWT_SECRET or --token-file"));
  }

  private static boolean answers(Target target) {
    try (var probe = new Socket()) {
      probe.connect(target.address(), PROBE_TIMEOUT_MILLIS);
      return true;
    } catch (IOException unreachable) {
      return false;
    }
  }
}
