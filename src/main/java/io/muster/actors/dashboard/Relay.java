package io.muster.actors.dashboard;

import io.muster.actors.OrgId;
import io.muster.actors.Wire;
import java.util.HashSet;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * Carries news of organisations: one message to each node, however many watch there. Each node's
 * relay hands them to its {@link Audience}.
 */
public final class Relay implements Feed {
  private static final ServiceKey<News> KEY = ServiceKey.create(News.class, "relay");

  private final Audience audience;
  private volatile Set<ActorRef<News>> relays = Set.of();
  private ActorRef<News> here;

  /** The watchers on this node. */
  public interface Audience {
    boolean isWatched(OrgId org);

    /**
     * Encodes once per wire dialect and writes the same bytes to everybody. Called by one thread at
     * a time.
     */
    void deliver(OrgId org, ToDashboard news);
  }

  record News(OrgId org, ToDashboard news) implements Wire {}

  private Relay(Audience audience) {
    this.audience = audience;
  }

  public static Relay start(
      ActorSystem<?> system, DispatcherSelector dispatcher, Audience audience) {
    var relay = new Relay(audience);
    var local = system.systemActorOf(relay.deliveries(), "relay", dispatcher);
    relay.here = local;
    relay.relays = Set.of(local); // before the receptionist has spoken
    system.receptionist().tell(Receptionist.register(KEY, local));
    system.systemActorOf(relay.otherNodes(local), "relays", DispatcherSelector.defaultDispatcher());
    return relay;
  }

  private Behavior<News> deliveries() {
    return Behaviors.receiveMessage(
        m -> {
          audience.deliver(m.org(), m.news());
          return Behaviors.same();
        });
  }

  private Behavior<Receptionist.Listing> otherNodes(ActorRef<News> local) {
    return Behaviors.setup(
        ctx -> {
          ctx.getSystem().receptionist().tell(Receptionist.subscribe(KEY, ctx.getSelf()));
          return Behaviors.receiveMessage(
              listing -> {
                var found = new HashSet<>(listing.getServiceInstances(KEY));
                found.add(local);
                relays = Set.copyOf(found);
                return Behaviors.same();
              });
        });
  }

  @Override
  public void publish(OrgId org, ToDashboard news) {
    if (isWatched(org)) {
      var message = new News(org, news);
      relays.forEach(relay -> relay.tell(message));
    }
  }

  /** For this node's watchers only: what each node finds out for itself. */
  public void publishHere(OrgId org, ToDashboard news) {
    if (audience.isWatched(org)) {
      here.tell(new News(org, news));
    }
  }

  /** What other nodes' watchers want is not known here, so they are told everything. */
  @Override
  public boolean isWatched(OrgId org) {
    return relays.size() > 1 || audience.isWatched(org);
  }
}
