package io.muster.actors.cluster;

import io.muster.actors.HostPort;
import io.muster.actors.cluster.Membership.NodeSeen;
import io.muster.actors.device.Devices.Held;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The cluster as one node sees it.
 *
 * @param node the address of that one
 * @param members oldest first; singletons live on the first that is up
 */
public record ClusterView(String node, List<Member> members) {

  /**
   * @param card empty until the node has told it
   * @param held empty when the node did not answer in time
   */
  public record Member(NodeSeen seen, Optional<NodeCard> card, Optional<Held> held) {

    /** For people; the address until the node has told its name. */
    public String name() {
      return card.map(NodeCard::name).orElse(seen.address());
    }

    boolean canTakeOver() {
      return seen.status().equals("up")
          && seen.isReachable()
          && !card.map(NodeCard::isLeaving).orElse(false);
    }
  }

  static ClusterView of(Membership membership, List<NodeCard> told, Map<String, Held> held) {
    var cards = told.stream().collect(Collectors.toMap(NodeCard::id, card -> card));
    return new ClusterView(
        membership.hostPort(),
        membership.all().stream()
            .map(
                seen ->
                    new Member(
                        seen,
                        Optional.ofNullable(cards.get(seen.id())),
                        Optional.ofNullable(held.get(seen.address()))))
            .toList());
  }

  /** By its name or its address. */
  public Optional<Member> member(String name) {
    var address = HostPort.read(name);
    return members.stream()
        .filter(member -> member.name().equals(name) || member.seen().address().equals(address))
        .reduce((older, younger) -> younger); // a restarted node has the name of the one before
  }

  /** Whether the fleet could do without it. */
  public boolean canSpare(Member leaving) {
    return members.stream().anyMatch(member -> !member.equals(leaving) && member.canTakeOver());
  }
}
