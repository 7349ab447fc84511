package io.muster.torture;

import static java.util.stream.Collectors.toSet;

import io.muster.torture.Fact.Alert;
import io.muster.torture.Fact.Asked;
import io.muster.torture.Fact.Settled;
import io.muster.torture.Fact.Truth;
import io.muster.torture.Fact.Vanished;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One run: faults one after the other while everybody works, then calm, then the verdict. */
final class Torture {
  private static final String DEVICE_SECRET = "torture-device-secret-0123456789abcdef";
  private static final String USER_SECRET = "torture-user-secret-0123456789abcdefgh";
  private static final String SERVICE_SECRET = "torture-service-secret-0123456789abcdef";
  private static final Duration GRACE = Duration.ofSeconds(20);
  private static final HistoryChecker.Rules RULES =
      new HistoryChecker.Rules(GRACE, Duration.ofSeconds(25), Duration.ofSeconds(5));
  private static final int OPERATORS = 4;
  private static final int READERS = 2;
  private static final int SITTINGS = 3;
  private static final int GUESTS = 2;
  private static final int SHOP = 5;
  private static final long PACE = 100;
  private static final long BETWEEN_EVENTS = 400;
  private static final Duration SETTLING_MAX = Duration.ofSeconds(120);
  private static final Duration SHOWING_MAX = Duration.ofSeconds(20);

  /**
   * @param faults in this order again and again until the time is over; at least once each
   */
  record Plan(long seed, int devices, Duration time, List<Fault> faults, boolean isShort) {
    /** All there are, in an order that the seed makes. */
    static Plan of(long seed, int devices, Duration time) {
      var faults = new ArrayList<>(List.of(Fault.values()));
      Collections.shuffle(faults, new Random(seed));
      return new Plan(seed, devices, time, faults, false);
    }
  }

  private final Plan plan;
  private final Path dir;
  private final Consumer<String> tell;
  private final History history = new History();
  private final List<String> befell = new ArrayList<>();
  private volatile boolean isWorking = true;

  private Torture(Plan plan, Path dir, Consumer<String> tell) {
    this.plan = plan;
    this.dir = dir;
    this.tell = tell;
  }

  /**
   * @param dir for what the nodes say and keep
   * @param tell hears of each fault as it comes
   */
  static Report run(Plan plan, Path dir, Consumer<String> tell)
      throws IOException, InterruptedException {
    return new Torture(plan, dir, tell).run();
  }

  private Report run() throws IOException, InterruptedException {
    try (var database = TortureDatabase.in(dir)) {
      var server = URI.create(database.url().substring("jdbc:".length()));
      var nodes = new ArrayList<Node>();
      int number = 0;
      for (String name : List.of("north", "south", "west")) {
        nodes.add(
            new Node(
                ++number,
                name,
                new InetSocketAddress(server.getHost(), server.getPort()),
                dir,
                history));
      }
      try {
        var clock = StrangeClock.in(dir);
        for (Node node : nodes) {
          var environment = new HashMap<>(environment(nodes, node, database.url(), server));
          if (node == nodes.getLast()) {
            clock.ifPresent(strange -> environment.putAll(strange.environment()));
          }
          node.start(environment);
        }
        return among(nodes, database, clock);
      } finally {
        nodes.forEach(Node::close);
      }
    }
  }

  private static Map<String, String> environment(
      List<Node> nodes, Node node, String url, URI server) {
    return Map.ofEntries(
        Map.entry(
            "DATABASE_URL",
            url.replace(server.getAuthority(), "127.0.0.1:" + node.database().port())),
        Map.entry(
            "MUSTER_CLUSTER_SEEDS",
            nodes.stream().map(Node::seed).collect(Collectors.joining(","))),
        Map.entry("DEVICE_JWT_SECRET", DEVICE_SECRET),
        Map.entry("JWT_SECRET", USER_SECRET),
        Map.entry("INTERNAL_API_SECRET", SERVICE_SECRET),
        Map.entry("MUSTER_LEAVING_SPREAD_MAX", "5s"),
        Map.entry("MUSTER_PING_INTERVAL", "5s"),
        Map.entry("MUSTER_PING_TIMEOUT", "5s"),
        Map.entry("MUSTER_SILENCE", "12s"),
        Map.entry("MUSTER_TELLING", "4s"),
        Map.entry("MUSTER_GRACE", GRACE.toSeconds() + "s"),
        Map.entry("MUSTER_ACK_TIMEOUT", "4s"),
        Map.entry("MUSTER_BACKOFF", "2s"),
        Map.entry("MUSTER_BACKOFF_MAX", "5s"),
        Map.entry("MUSTER_ATTEMPTS", "50"));
  }

  private Report among(List<Node> nodes, TortureDatabase database, Optional<StrangeClock> clock)
      throws IOException, InterruptedException {
    var clients = Clients.of(nodes.stream().map(Node::place).toList(), DEVICE_SECRET, USER_SECRET);
    for (Node node : nodes) {
      node.awaitReady(clients);
    }
    var shop = Shop.of(SHOP, nodes, clients, history);
    var players =
        Stream.concat(
                IntStream.range(0, plan.devices() - SHOP)
                    .mapToObj(i -> new Player(clients, "tv-" + i, history)),
                shop.players().stream())
            .toList();
    players.forEach(Player::connect);
    var boards = IntStream.range(0, 3).mapToObj(i -> new Board(clients, "board-" + i)).toList();
    boards.forEach(Board::connect);
    var keeper = new Operator(clients, "keeper", history);
    var scene =
        new Scene(
            new Random(plan.seed()),
            nodes,
            database,
            clients,
            players,
            shop,
            clock,
            keeper,
            plan.isShort());
    scene.awaitAllIn();
    var sittings =
        IntStream.range(0, SITTINGS)
            .mapToObj(i -> new Sitting(clients, SERVICE_SECRET, "sitting-" + i, GUESTS, history))
            .toList();
    var work = work(clients, players, sittings);
    try {
      faults(scene);
      isWorking = false;
      for (Thread one : work) {
        one.join();
      }
      calm(scene, keeper, players, boards);
      for (Sitting sitting : sittings) {
        sitting.end(SHOWING_MAX.toMillis());
      }
    } finally {
      isWorking = false;
      sittings.forEach(Sitting::close);
      boards.forEach(Board::close);
      players.forEach(Player::close);
      shop.close();
    }
    return Report.of(
        plan,
        befell,
        history,
        players.stream().mapToLong(Player::deliveries).sum(),
        HistoryChecker.check(RULES, history.all()));
  }

  // ── work and trouble ──

  private List<Thread> work(Clients clients, List<Player> players, List<Sitting> sittings) {
    var work = new ArrayList<Thread>();
    for (int i = 0; i < OPERATORS; i++) {
      var operator = new Operator(clients, "operator-" + i, history);
      var random = new Random(plan.seed() + i);
      work.add(Thread.ofVirtual().start(() -> again(() -> operator.command(any(players, random)))));
    }
    for (Sitting sitting : sittings) {
      work.add(
          Thread.ofVirtual()
              .start(
                  () ->
                      again(
                          () -> {
                            sitting.publish();
                            Thread.sleep(BETWEEN_EVENTS);
                          })));
    }
    for (int i = 0; i < READERS; i++) {
      var reader = new Operator(clients, "reader-" + i, history);
      var random = new Random(plan.seed() - i);
      work.add(Thread.ofVirtual().start(() -> again(() -> reader.read(any(players, random)))));
    }
    return work;
  }

  private static String any(List<Player> players, Random random) {
    return players.get(random.nextInt(players.size())).id();
  }

  private interface Step {
    void run() throws InterruptedException;
  }

  private void again(Step step) {
    try {
      while (isWorking) {
        step.run();
        Thread.sleep(PACE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void faults(Scene scene) throws IOException, InterruptedException {
    var random = new Random(plan.seed());
    long until = History.now() + plan.time().toMillis();
    for (int i = 0; i < plan.faults().size() || History.now() < until; i++) {
      Thread.sleep(1_000 + random.nextInt(2_000));
      var fault = plan.faults().get(i % plan.faults().size());
      if (!fault.isPossible(scene)) {
        befell.add(fault + " was NOT tried: this machine does not have what it takes");
        tell.accept(befell.getLast());
        continue;
      }
      long from = History.now();
      fault.befall(scene);
      var line = "%s, %.1f s".formatted(fault, (History.now() - from) / 1e3);
      befell.add(line);
      tell.accept(line);
      scene.awaitAllIn();
    }
  }

  // ── the end ──

  private void calm(Scene scene, Operator keeper, List<Player> players, List<Board> boards)
      throws InterruptedException {
    for (Node node : scene.nodes()) {
      node.awaitReady(scene.clients());
    }
    scene.awaitAllIn();
    tell.accept("waiting until all commands have settled and all alerts are told");
    settle(keeper);
    alerts(keeper);
    truth(keeper, players, boards);
  }

  private void settle(Operator keeper) throws InterruptedException {
    long until = History.now() + SETTLING_MAX.toMillis();
    var gone =
        history.of(Vanished.class).stream().map(Vanished::device).collect(Collectors.toSet());
    for (Asked asked : history.of(Asked.class)) {
      if (asked.command().isPresent()) {
        var command = asked.command().get();
        var path = "/api/v1/devices/%s/commands/%s".formatted(asked.device(), command);
        var state = keeper.surely(path).path("state").asText();
        while (!HistoryChecker.isTerminal(state)
            && !gone.contains(asked.device())
            && History.now() < until) {
          Thread.sleep(PACE);
          state = keeper.surely(path).path("state").asText();
        }
        history.add(new Settled(command, state));
      }
    }
  }

  private void alerts(Operator keeper) throws InterruptedException {
    long lastGone = history.of(Vanished.class).stream().mapToLong(Vanished::at).max().orElse(0);
    long due = lastGone + RULES.grace().plus(RULES.detection()).plus(RULES.slack()).toMillis();
    Thread.sleep(lastGone == 0 ? 0 : Math.max(0, due - History.now()));
    for (String state : List.of("open", "closed")) {
      var page = "";
      do {
        var told = keeper.surely("/api/v1/outages?pageSize=200&state=%s%s".formatted(state, page));
        told.path("items")
            .forEach(
                outage ->
                    history.add(
                        new Alert(
                            outage.path("deviceId").asText(),
                            Instant.parse(outage.path("offlineSince").asText()).toEpochMilli())));
        page = told.has("nextPageToken") ? "&pageToken=" + told.path("nextPageToken").asText() : "";
      } while (!page.isEmpty());
    }
  }

  /** A dashboard may be a moment behind, but not for long. */
  private void truth(Operator keeper, List<Player> players, List<Board> boards)
      throws InterruptedException {
    long until = History.now() + SHOWING_MAX.toMillis();
    List<Truth> truths;
    do {
      truths = truths(keeper, players);
    } while (!areShown(truths, boards) && History.now() < until);
    truths.forEach(history::add);
    boards.forEach(board -> board.shown().forEach(history::add));
  }

  private static List<Truth> truths(Operator keeper, List<Player> players)
      throws InterruptedException {
    var truths = new ArrayList<Truth>();
    for (Player player : players) {
      var device = keeper.surely("/api/v1/devices/" + player.id());
      truths.add(
          new Truth(
              player.id(),
              device.path("status").asText(),
              device.path("epoch").asLong(),
              device.path("seq").asLong()));
    }
    return truths;
  }

  private static boolean areShown(List<Truth> truths, List<Board> boards) {
    var wanted =
        truths.stream().map(t -> List.of(t.device(), t.status(), t.epoch())).collect(toSet());
    return boards.stream()
        .allMatch(
            board ->
                board.shown().stream()
                    .map(s -> List.of(s.device(), s.status(), s.epoch()))
                    .collect(toSet())
                    .equals(wanted));
  }
}
