package io.muster.actors.cluster;

import io.muster.actors.EveryNode;
import io.muster.actors.NodeId;
import io.muster.actors.device.Devices;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * The cards of all nodes. Each node tells its own every second; one that has been removed is
 * forgotten.
 */
public final class Nodes {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final Membership membership;
  private final Supplier<NodeCard> own;
  private final EveryNode<ToNode> nodes;
  private final Map<NodeId, NodeCard> cards = new ConcurrentHashMap<>();

  private Nodes(
      ActorSystem<?> system, Membership membership, Supplier<NodeCard> own, Runnable drain) {
    this.membership = membership;
    this.own = own;
    var self = membership.self();
    this.nodes =
        EveryNode.listening(
            system,
            "nodes",
            ToNode.class,
            DispatcherSelector.defaultDispatcher(),
            heard -> {
              switch (heard) {
                case NodeCard card -> cards.put(card.id(), card);
                case ToNode.Drain(NodeId node) -> {
                  if (node.equals(self)) {
                    drain.run();
                  }
                }
              }
            },
            () -> {}); // cards are told again and again
  }

  /**
   * @param own called each time it is told
   * @param drain somebody wants this node to leave; returns at once
   */
  public static Nodes start(
      ActorSystem<?> system, Membership membership, Supplier<NodeCard> own, Runnable drain) {
    var nodes = new Nodes(system, membership, own, drain);
    system
        .scheduler()
        .scheduleWithFixedDelay(Duration.ZERO, EVERY, nodes::announce, system.executionContext());
    return nodes;
  }

  /** Tells the own card now. */
  public void announce() {
    cards.keySet().retainAll(membership.living());
    nodes.tell(own.get());
  }

  /** The node of a session id. */
  public Optional<NodeCard> byShortName(String shortName) {
    return cards.values().stream().filter(card -> card.shortName().equals(shortName)).findAny();
  }

  /** Within some {@code patience}, whoever does not answer. */
  public CompletionStage<ClusterView> look(Devices devices, Duration patience) {
    return devices
        .held(patience)
        .thenApply(held -> ClusterView.of(membership, List.copyOf(cards.values()), held));
  }

  /** Asks it to leave, wherever it is. */
  public void drain(NodeId node) {
    nodes.tell(new ToNode.Drain(node));
  }
}
