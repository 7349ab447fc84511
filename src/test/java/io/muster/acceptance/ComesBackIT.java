package io.muster.acceptance;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.acceptance.NodeClients.Client;
import io.muster.acceptance.NodeClients.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway goes, in disorder and in order, under the shipped programs in their real time. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ComesBackIT {
  private static final Duration BACK = Duration.ofSeconds(10);

  // A television doubles its pauses up to a minute. A machine that is slow to start a gateway makes
  // them longer than any gateway can help; each may be half as long again.
  private static final Duration BRIEF = Duration.ofSeconds(4);
  private static final int OF_EACH = 3;

  @TempDir Path dataDir;

  private final NodeClients node = NodeClients.start();

  @AfterEach
  void end() {
    node.close();
  }

  @Test
  void after_a_kill_every_client_is_back_within_ten_seconds() throws Exception {
    List<Client> clients;
    Map<String, Object> same;
    long killed;
    try (var first = ServedProcess.start(dataDir, Map.of())) {
      same = Map.of("muster.data-dir", dataDir.toString(), "muster.http.port", first.port());
      clients = everybody(first.url());
      first.kill();
      killed = System.nanoTime();
    }
    // In this JVM, which is warm: the second is to be there soon, as a machine of its own would be.
    try (var _ = TrialGateway.start(same)) {
      assertBack(clients, killed);
    }
  }

  @Test
  void after_a_drain_every_client_is_back_within_ten_seconds() {
    try (var gateway = TrialGateway.start(Map.of())) {
      var clients = everybody(gateway.url());
      gateway.stop();
      long stopped = System.nanoTime();
      clients.forEach(ComesBackIT::assertWasDrained);
      gateway.startAgain();
      assertBack(clients, stopped);
    }
  }

  private List<Client> everybody(String url) {
    var clients = new ArrayList<Client>();
    for (int n = 1; n <= OF_EACH; n++) {
      for (Program program : Program.SCREENS) {
        var id = program.name().toLowerCase(Locale.ROOT) + "-" + n;
        clients.add(node.screen(program, url, "acme", id, Map.of()));
      }
      clients.add(node.dashboard(url, "acme", Map.of()));
    }
    clients.forEach(client -> client.next("connect"));
    return clients;
  }

  private static void assertBack(List<Client> clients, long gone) {
    long opened = System.nanoTime();
    eventually("all are back", () -> clients.stream().allMatch(Client::isConnected));
    for (Client client : clients) {
      var took = Duration.ofNanos(lastConnect(client) - opened);
      var allowed = allowed(client, Duration.ofNanos(opened - gone));
      assertTrue(took.compareTo(allowed) < 0, () -> client + " was back after " + took);
      client.assertWell();
    }
  }

  private static Duration allowed(Client client, Duration away) {
    boolean isSlow = client.program() == Program.TELEVISION && away.compareTo(BRIEF) > 0;
    return isSlow ? BACK.plus(away.multipliedBy(2)) : BACK;
  }

  private static long lastConnect(Client client) {
    return client.happened().stream()
        .filter(happening -> happening.what().equals("connect"))
        .mapToLong(NodeClients.Happening::at)
        .max()
        .orElseThrow();
  }

  /** A goodbye in so many words would have ended them for good. */
  private static void assertWasDrained(Client client) {
    assertTrue(client.next("heard server:shutdown").path("reconnect").asBoolean());
    var reason = client.next("disconnect").asText();
    assertTrue(reason.startsWith("transport"), () -> client + ": " + reason);
  }
}
