package io.muster.actors.dashboard;

import io.muster.actors.EveryNode;
import io.muster.actors.OrgId;
import io.muster.actors.Wire;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * Carries news of organisations: one message to each node, however many watch there. Each node's
 * relay hands them to its {@link Audience}.
 */
public final class Relay implements Feed {
  private final Audience audience;
  private final EveryNode<News> nodes;

  /** The watchers on this node. */
  public interface Audience {
    boolean isWatched(OrgId org);

    /**
     * Encodes once per wire dialect and writes the same bytes to everybody. Called by one thread at
     * a time.
     */
    void deliver(OrgId org, ToDashboard news);

    /** News of other nodes did not arrive: whoever watches may have to see everything once more. */
    void missed();
  }

  public record News(OrgId org, ToDashboard news) implements Wire {}

  private Relay(ActorSystem<?> system, DispatcherSelector dispatcher, Audience audience) {
    this.audience = audience;
    this.nodes =
        EveryNode.listening(
            system,
            "relay",
            News.class,
            dispatcher,
            heard -> audience.deliver(heard.org(), heard.news()),
            audience::missed);
  }

  public static Relay start(
      ActorSystem<?> system, DispatcherSelector dispatcher, Audience audience) {
    return new Relay(system, dispatcher, audience);
  }

  @Override
  public void publish(OrgId org, ToDashboard news) {
    if (isWatched(org)) {
      nodes.tell(new News(org, news));
    } else {
      nodes.tellNobody();
    }
  }

  /** For this node's watchers only: what each node finds out for itself. */
  public void publishHere(OrgId org, ToDashboard news) {
    if (audience.isWatched(org)) {
      nodes.tellHere(new News(org, news));
    }
  }

  /** What other nodes' watchers want is not known here, so they are told everything. */
  @Override
  public boolean isWatched(OrgId org) {
    return !nodes.isAlone() || audience.isWatched(org);
  }
}
