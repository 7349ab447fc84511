package io.muster.actors;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * One ear on each node: what is told here is heard on all, if they can be reached. A message that
 * could not be delivered is lost; whoever needs to know looks again from time to time.
 */
public final class EveryNode<M extends Wire> {
  private final ActorRef<M> here;
  private volatile Set<ActorRef<M>> ears;

  private EveryNode(ActorRef<M> here) {
    this.here = here;
    this.ears = Set.of(here); // before the receptionist has spoken
  }

  /**
   * @param name the same on all nodes, unique on each
   * @param dispatcher on which messages are heard
   * @param heard called with one message at a time; one that it fails on is logged and passed over
   */
  public static <M extends Wire> EveryNode<M> listening(
      ActorSystem<?> system,
      String name,
      Class<M> messages,
      DispatcherSelector dispatcher,
      Consumer<M> heard) {
    var key = ServiceKey.create(messages, name);
    var every = new EveryNode<M>(system.systemActorOf(ear(heard), name, dispatcher));
    system.receptionist().tell(Receptionist.register(key, every.here));
    system.systemActorOf(
        every.listings(key), name + "-nodes", DispatcherSelector.defaultDispatcher());
    return every;
  }

  private static <M> Behavior<M> ear(Consumer<M> heard) {
    // One message that fails must not make this node deaf to the next.
    return Behaviors.supervise(
            Behaviors.<M>receiveMessage(
                message -> {
                  heard.accept(message);
                  return Behaviors.same();
                }))
        .onFailure(SupervisorStrategy.resume());
  }

  private Behavior<Receptionist.Listing> listings(ServiceKey<M> key) {
    return Behaviors.setup(
        ctx -> {
          ctx.getSystem().receptionist().tell(Receptionist.subscribe(key, ctx.getSelf()));
          return Behaviors.receiveMessage(
              listing -> {
                var found = new HashSet<>(listing.getServiceInstances(key));
                found.add(here);
                ears = Set.copyOf(found);
                return Behaviors.same();
              });
        });
  }

  public void tell(M message) {
    ears.forEach(ear -> ear.tell(message));
  }

  /** To this node only. */
  public void tellHere(M message) {
    here.tell(message);
  }

  /** Nobody else is known to listen. */
  public boolean isAlone() {
    return ears.size() == 1;
  }
}
