package io.muster.acceptance;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.acceptance.NodeClients.Client;
import io.muster.acceptance.NodeClients.Program;
import io.muster.support.Postgres.Outage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** The shipped programs on one gateway while something it stands on is away. */
final class OutageFleet implements AutoCloseable {
  private static final String ORG = "acme";

  /** How long the outage is. From a few on, the programs keep their real time. */
  private static final int SECONDS = Integer.getInteger("muster.outage.seconds", 2);

  private static final double PACE = SECONDS < 30 ? 0.1 : 1;
  private static final Duration BREAK_EVERY = Duration.ofMillis(SECONDS < 30 ? 500 : 5_000);

  private final TrialGateway gateway;
  private final NodeClients node = NodeClients.start();
  private final List<Client> stay = new ArrayList<>();
  private final List<Client> reconnect = new ArrayList<>();

  private OutageFleet(TrialGateway gateway) {
    this.gateway = gateway;
  }

  static OutageFleet of(TrialGateway gateway) {
    var fleet = new OutageFleet(gateway);
    for (Program program : Program.SCREENS) {
      fleet.stay.add(fleet.screen(program, "stays"));
      fleet.reconnect.add(fleet.screen(program, "reconnects"));
    }
    fleet.stay.add(fleet.node.dashboard(gateway.url(), ORG, Map.of("pace", PACE)));
    fleet.reconnect.add(fleet.node.dashboard(gateway.url(), ORG, Map.of("pace", PACE)));
    fleet.all().forEach(client -> client.next("connect"));
    return fleet;
  }

  private Client screen(Program program, String what) {
    return node.screen(
        program,
        gateway.url(),
        ORG,
        program.name().toLowerCase(Locale.ROOT) + "-" + what,
        Map.of("pace", PACE));
  }

  List<Client> all() {
    var all = new ArrayList<>(stay);
    all.addAll(reconnect);
    return all;
  }

  /** Half of them lose their connections all the time, and one comes that was never here. */
  void survives(Supplier<Outage> trouble) {
    Client newcomer;
    try (var _ = trouble.get()) {
      newcomer = screen(Program.ELECTRON, "new");
      long over = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
      while (System.nanoTime() < over) {
        reconnect.forEach(client -> client.does("breaks"));
        LockSupport.parkNanos(BREAK_EVERY.toNanos());
      }
      stay.forEach(client -> assertFalse(client.ever("disconnect"), client::story));
      stay.stream()
          .filter(client -> client.program() != Program.DASHBOARD)
          .forEach(OutageFleet::assertBeats);
    }
    var everybody = all();
    everybody.add(newcomer);
    eventually("all are back", () -> everybody.stream().allMatch(Client::isConnected));
    everybody.forEach(Client::assertWell);
    var page = reconnect.getLast();
    eventually("and are seen", () -> sees(page, everybody));
  }

  private static void assertBeats(Client client) {
    int before = client.all("beat").size();
    client.does("beat");
    eventually(client + " is answered", () -> client.all("beat").size() > before);
    var last = client.all("beat").getLast();
    if (!last.path("success").asBoolean()) {
      throw new AssertionError(client + " was answered " + last);
    }
  }

  private static boolean sees(Client page, List<Client> clients) {
    var devices = page.state().path("devices");
    return clients.stream()
        .filter(client -> client.program() != Program.DASHBOARD)
        .allMatch(client -> devices.path(client.name()).asText().equals("online"));
  }

  @Override
  public void close() {
    node.close();
  }
}
