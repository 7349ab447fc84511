package io.muster.actors.cluster;

import io.muster.actors.HostPort;
import io.muster.actors.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterCommand;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Join;

/** This node's place among the others, as it sees them now. */
public final class Membership {
  private final ActorSystem<?> system;
  private final Cluster cluster;

  private Membership(ActorSystem<?> system) {
    this.system = system;
    this.cluster = Cluster.get(system);
  }

  public static Membership of(ActorSystem<?> system) {
    return new Membership(system);
  }

  /** A cluster of one. */
  public void found() {
    join(Join.create(address()));
  }

  /** Said again before it has led to anything, it takes the place of what was said before. */
  public void join(ClusterCommand how) {
    cluster.manager().tell(how);
  }

  /** It has been let in, and not removed. */
  public boolean isMember() {
    return !cluster.selfMember().status().equals(MemberStatus.removed());
  }

  /** This run of this node. */
  public NodeId self() {
    return idOf(cluster.selfMember().uniqueAddress());
  }

  /** As {@code host:port}, where the others reach it. */
  public String hostPort() {
    return HostPort.of(address());
  }

  private Address address() {
    return cluster.selfMember().address();
  }

  /** Unique in the cluster, 1 to 13 letters and digits. */
  public String shortName() {
    return Long.toUnsignedString(cluster.selfMember().uniqueAddress().longUid(), 36);
  }

  public boolean isUp() {
    return cluster.selfMember().status().equals(MemberStatus.up());
  }

  /** Whoever has not been removed, this node included. */
  public Set<NodeId> living() {
    return members(_ -> true).map(NodeSeen::id).collect(Collectors.toSet());
  }

  /** Whether anybody could have removed this node. Whom it cannot reach may be well without it. */
  public boolean isAmongOthers() {
    return living().size() > 1;
  }

  /** So long after a node's last sign of life the others may go on without it. */
  public Duration goneAfter() {
    var cluster = system.settings().config().getConfig("pekko.cluster");
    return cluster
        .getDuration("failure-detector.acceptable-heartbeat-pause")
        .plus(cluster.getDuration("split-brain-resolver.stable-after"));
  }

  /** As the others would do it if they could not reach it: {@link #onEnd} is called soon. */
  public void removeItself() {
    cluster.manager().tell(new Down(address()));
  }

  /** Whether another node could take over what this one has. */
  public boolean hasOthers() {
    var self = self();
    return members(member -> member.status().equals(MemberStatus.up()))
        .anyMatch(seen -> seen.isReachable() && !seen.id().equals(self));
  }

  /**
   * @param id of this run of the node
   * @param address as {@code host:port}
   * @param status Pekko's word for it in lower case, such as {@code up}
   */
  public record NodeSeen(NodeId id, String address, String status, boolean isReachable) {}

  /** Oldest first: singletons live on the first that is up. */
  public List<NodeSeen> all() {
    return members(_ -> true).toList();
  }

  private Stream<NodeSeen> members(Predicate<Member> wanted) {
    CurrentClusterState state = cluster.state();
    return StreamSupport.stream(state.getMembers().spliterator(), false)
        .filter(member -> !member.status().equals(MemberStatus.removed()))
        .filter(wanted)
        .sorted((one, other) -> one.isOlderThan(other) ? -1 : 1)
        .map(member -> seen(member, state));
  }

  private static NodeSeen seen(Member member, CurrentClusterState state) {
    return new NodeSeen(
        idOf(member.uniqueAddress()),
        HostPort.of(member.address()),
        member.status().toString().toLowerCase(java.util.Locale.ROOT),
        !state.getUnreachable().contains(member));
  }

  // As former releases spell it: it is in the journal, and all nodes of a cluster must agree on it.
  private static NodeId idOf(UniqueAddress address) {
    return new NodeId(address.address().hostPort() + "#" + address.longUid());
  }

  /**
   * Called when the system ends: this node leaves, was told to stop, or has been removed by the
   * others because they could not reach it. Not on an event loop.
   */
  public void onEnd(Runnable ends) {
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            "tell",
            () -> {
              ends.run();
              return CompletableFuture.completedFuture(Done.getInstance());
            });
  }
}
