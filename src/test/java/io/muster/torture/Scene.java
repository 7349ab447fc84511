package io.muster.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** The nodes and everybody around them, while faults befall. */
final class Scene {
  private static final long ALL_IN_MAX = 60_000;
  private static final long LOOK_EVERY = 100;

  private final Random random;
  private final List<Node> nodes;
  private final TortureDatabase database;
  private final Clients clients;
  private final List<Player> players;
  private final Shop shop;
  private final Optional<StrangeClock> clock;
  private final Operator keeper;
  private final boolean isShort;

  /**
   * @param isShort faults that last for long last for a third of it only
   */
  Scene(
      Random random,
      List<Node> nodes,
      TortureDatabase database,
      Clients clients,
      List<Player> players,
      Shop shop,
      Optional<StrangeClock> clock,
      Operator keeper,
      boolean isShort) {
    this.random = random;
    this.nodes = nodes;
    this.database = database;
    this.clients = clients;
    this.players = new ArrayList<>(players);
    this.shop = shop;
    this.clock = clock;
    this.keeper = keeper;
    this.isShort = isShort;
  }

  List<Node> nodes() {
    return nodes;
  }

  TortureDatabase database() {
    return database;
  }

  Clients clients() {
    return clients;
  }

  /** Those that have not vanished. */
  List<Player> players() {
    return List.copyOf(players);
  }

  Node anyNode() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  /** Of one of the nodes. */
  Optional<StrangeClock> clock() {
    return clock;
  }

  Node oldest() throws InterruptedException {
    var name = keeper.surely("/api/v1/cluster").at("/members/0/name").asText();
    return nodes.stream().filter(node -> node.name().equals(name)).findAny().orElseThrow();
  }

  long shortened(Duration usual) {
    return usual.toMillis() / (isShort ? 3 : 1);
  }

  void vanish(int count) {
    for (int i = 0; i < count && players.size() > 1; i++) {
      var one = players.remove(random.nextInt(players.size()));
      one.vanish();
    }
  }

  void darken() {
    players.removeAll(shop.players());
    shop.darken();
  }

  void awaitAllIn() throws InterruptedException {
    long from = History.now();
    while (!players.stream().allMatch(Player::isIn)) {
      if (History.now() - from > ALL_IN_MAX) {
        throw new IllegalStateException(
            "%d devices do not come back"
                .formatted(players.stream().filter(player -> !player.isIn()).count()));
      }
      Thread.sleep(LOOK_EVERY);
    }
  }
}
