package io.muster.app.swarm;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** {@code muster swarm}: simulated devices over the real protocol, with figures at the end. */
@Command(
    name = "swarm",
    description =
        "Simulated devices over the real protocol: progress while they run, figures at the end.",
    sortOptions = false)
public final class SwarmCommand implements Callable<Integer> {
  private static final int PROBE_TIMEOUT_MILLIS = 2000;
  private static final double NEARLY_ALL = 99;

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
  @Option(names = "--stampede", description = "instead of a duration: all lose their connection at once; how long until 99 %% are back")
  private boolean stampede;
  @Option(names = "--stay", paramLabel = "N", description = "with --stampede: so many devices keep their connection, and --commands go to them")
  private int stay;
  @Option(names = "--urgent", paramLabel = "N", description = "with --stampede: so many of the lost have a command waiting that ends in two minutes")
  private int urgent;
  @Option(names = "--when", paramLabel = "FILE", description = "measures, or with --stampede begins, once this file is there, so that several swarms begin together")
  private Path when;
  @Option(names = "--curve", paramLabel = "FILE", description = "with --stampede: how many are back when, as CSV")
  private Path curve;
  @Option(names = "--commands", paramLabel = "C", description = "commands per second over REST, to one device after the other")
  private double commands;
  @Option(names = "--dashboards", paramLabel = "N", description = "open dashboards of one organisation")
  private int dashboards;
  @Option(names = "--fanout", paramLabel = "ROUNDS", description = "instead of a duration: how long one device's status takes to the last of the dashboards")
  private int fanOut;
  @Option(names = "--api-token", paramLabel = "T", description = "user token for commands and dashboards (default: signed with $JWT_SECRET, else the data directory's, for the first organisation)")
  private String apiToken;
  @Option(names = {"-h", "--help"}, usageHelp = true, description = "this text")
  private boolean help;
  @Option(names = "--quiet", description = "no progress")
  private boolean quiet;
  @Option(names = "--json", description = "the figures as one JSON object on standard output")
  private boolean json;
  // formatter:on

  @Override
  public Integer call() throws ExecutionException {
    check();
    var target = target();
    var identities = identities();
    if (!answers(target)) {
      spec.commandLine()
          .getErr()
          .printf(
              "cannot reach the gateway at %s: start it with ./muster serve, or give its address with --url%n",
              target.authority());
      return 1;
    }
    var pace = new Pace(rate, inFlight, heartbeatEvery, heartbeatsPerSecond);
    try (var swarm = new Swarm(target, pace)) {
      run(swarm, target, pace, identities);
    }
    return 0;
  }

  private void run(Swarm swarm, Target target, Pace pace, List<Identity> identities)
      throws ExecutionException {
    var measured = new ServerProcess(pids);
    var summary = new Summary(swarm, measured, json, spec.commandLine().getOut());
    var ended = Thread.currentThread();
    // Ctrl-C is the usual end of a run: the figures are printed all the same.
    Signal.handle(new Signal("INT"), _ -> ended.interrupt());
    Signal.handle(new Signal("TERM"), _ -> ended.interrupt());
    try (var _ = quiet ? Progress.none() : Progress.of(swarm, spec.commandLine().getErr())) {
      swarm.start(identities.stream().map(this::player).toList()).get();
      summary.connected();
      var open = openDashboards(swarm, summary);
      var load = sendCommands(swarm, target, identities, summary);
      Thread.sleep(warmUp);
      if (when != null) {
        Signals.await(when);
      }
      summary.begin();
      load.ifPresent(commanded -> swarm.run(commanded::warm));
      measure(new Running(swarm, target, pace, identities, open, load), measured, summary);
    } catch (InterruptedException enough) {
      // So it was; what has been counted until now is the result.
    }
    summary.print();
  }

  private record Running(
      Swarm swarm,
      Target target,
      Pace pace,
      List<Identity> identities,
      Optional<Dashboards> open,
      Optional<CommandLoad> load) {}

  private void measure(Running running, ServerProcess measured, Summary summary)
      throws InterruptedException {
    var swarm = running.swarm();
    if (searchMax || stampede || fanOut > 0) {
      summary.uneven();
    }
    if (searchMax) {
      summary.put(
          "mostHeartbeatsPerSecond",
          SearchMax.on(swarm, running.pace(), spec.commandLine().getErr()));
    } else if (stampede) {
      var storm = Stampede.on(swarm, plan(running));
      summary.put("backAfterSeconds", storm.secondsUntil(NEARLY_ALL));
      summary.atTheEnd(storm::figures);
      if (curve != null) {
        swarm.run(() -> storm.write(curve));
      }
    } else if (fanOut > 0 && running.open().isPresent()) {
      new FanOut(swarm, running.open().get(), this::newcomer, measured).run(fanOut, summary);
    } else if (duration == null) {
      new CountDownLatch(1).await();
    } else {
      Thread.sleep(duration);
    }
  }

  private Stampede.Plan plan(Running running) {
    var lost = running.identities();
    var wanted =
        lost.subList(lost.size() - urgent, lost.size()).stream().map(Identity::id).toList();
    var load =
        running
            .load()
            .or(
                () ->
                    wanted.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                            new CommandLoad(
                                running.swarm(), running.target(), userToken(), wanted, 0)));
    return new Stampede.Plan(
        stay,
        urgent,
        () -> {
          load.ifPresent(CommandLoad::warm);
          load.ifPresent(l -> l.hurry(wanted));
        });
  }

  private Optional<Dashboards> openDashboards(Swarm swarm, Summary summary)
      throws InterruptedException, ExecutionException {
    if (dashboards == 0) {
      return Optional.empty();
    }
    var open = new Dashboards(swarm, dashboards, userToken());
    summary.atTheEnd(open::figures);
    open.start().get();
    return Optional.of(open);
  }

  private Optional<CommandLoad> sendCommands(
      Swarm swarm, Target target, List<Identity> identities, Summary summary) {
    if (commands <= 0) {
      return Optional.empty();
    }
    var token = userToken();
    var organization = Identity.of(token).organizationId();
    var reachable =
        identities.stream()
            .limit(stay > 0 ? stay : identities.size())
            .filter(identity -> identity.organizationId().equals(organization))
            .map(Identity::id)
            .toList();
    if (reachable.isEmpty()) {
      throw invalid("no device belongs to %s, the organisation of the user token", organization);
    }
    var load = new CommandLoad(swarm, target, token, reachable, commands);
    summary.atTheEnd(load::figures);
    swarm.run(load::start);
    return Optional.of(load);
  }

  private void check() {
    if (devices < 0 || dashboards < 0 || inFlight < 1 || heartbeatEvery.isZero()) {
      throw invalid(
          "--devices and --dashboards must be 0 or more, --in-flight and --heartbeat-every above 0");
    }
    if (stay < 0 || urgent < 0 || (long) stay + urgent > devices) {
      throw invalid("--stay and --urgent must be 0 or more, and together at most --devices");
    }
    if (!stampede && (stay > 0 || urgent > 0 || curve != null)) {
      throw invalid("--stay, --urgent and --curve need --stampede");
    }
    if (fanOut > 0 && dashboards == 0) {
      throw invalid("--fanout needs --dashboards");
    }
  }

  private Target target() {
    var port = System.getenv().getOrDefault("PORT", "3002");
    try {
      return Target.of(url == null ? "http://127.0.0.1:" + port : url);
    } catch (IllegalArgumentException unusable) {
      throw invalid("%s", unusable.getMessage());
    }
  }

  // ── who takes part ──

  private Persona player(Identity identity) {
    return new PlainPlayer(Payloads.credentials(identity.token()), ackDelay, flap, halfOpen);
  }

  private Persona newcomer(String id) {
    var organization = Identity.of(userToken()).organizationId();
    return player(new Identity(id, organization, deviceTokens().device(id, organization)));
  }

  private List<Identity> identities() {
    return tokenFile == null ? minted() : read(tokenFile);
  }

  private List<Identity> minted() {
    var tokens = devices == 0 ? null : deviceTokens();
    return IntStream.range(0, devices)
        .mapToObj(
            i -> {
              var organization = organizations.get(i % organizations.size());
              var id = idPrefix + i;
              return new Identity(id, organization, tokens.device(id, organization));
            })
        .toList();
  }

  private List<Identity> read(Path file) {
    try (var lines = Files.lines(file)) {
      return lines
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .limit(devices)
          .map(Identity::of)
          .toList();
    } catch (IOException unreadable) {
      throw invalid("cannot read %s", file);
    } catch (IllegalArgumentException strange) {
      throw invalid("%s: %s", file, strange.getMessage());
    }
  }

  private Tokens deviceTokens() {
    return tokens(
        Optional.ofNullable(secret).or(() -> Secrets.find(Secrets.OF_DEVICES, System.getenv())),
        "no device secret: give --secret, DEVICE_JWT_SECRET or --token-file");
  }

  private String userToken() {
    if (apiToken == null) {
      apiToken =
          tokens(
                  Secrets.find(Secrets.OF_USERS, System.getenv()),
                  "no user secret: give --api-token or JWT_SECRET")
              .operator(organizations.getFirst());
    }
    return apiToken;
  }

  private Tokens tokens(Optional<String> found, String otherwise) {
    try {
      return new Tokens(found.orElseThrow(() -> invalid(otherwise)), Clock.systemUTC());
    } catch (IllegalArgumentException tooShort) {
      throw invalid("%s", tooShort.getMessage());
    }
  }

  private ParameterException invalid(String message, Object... arguments) {
    return new ParameterException(spec.commandLine(), message.formatted(arguments));
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
