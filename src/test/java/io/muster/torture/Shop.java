package io.muster.torture;

import io.muster.support.CutProxy;
import java.util.List;
import java.util.stream.IntStream;

/** Some devices behind a network of their own. */
final class Shop implements AutoCloseable {
  private final List<CutProxy> ways;
  private final List<Player> players;

  private Shop(List<CutProxy> ways, List<Player> players) {
    this.ways = ways;
    this.players = players;
  }

  static Shop of(int devices, List<Node> nodes, Clients clients, History history) {
    var ways = nodes.stream().map(node -> CutProxy.to("127.0.0.1", node.httpPort())).toList();
    var places =
        IntStream.range(0, ways.size()).mapToObj(i -> nodes.get(i).placeFrom(ways.get(i))).toList();
    return new Shop(
        ways,
        IntStream.range(0, devices)
            .mapToObj(i -> new Player(clients.by(places), "shop-" + i, history))
            .toList());
  }

  List<Player> players() {
    return players;
  }

  /** Nothing passes any more, in either direction. */
  void darken() {
    ways.forEach(CutProxy::silence);
    players.forEach(Player::vanish);
  }

  @Override
  public void close() {
    players.forEach(Player::close);
    ways.forEach(CutProxy::close);
  }
}
