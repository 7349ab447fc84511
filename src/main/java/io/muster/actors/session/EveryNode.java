package io.muster.actors.session;

import io.muster.actors.Wire;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** One ear on each node: what is told here is heard on all, if they can be reached. */
final class EveryNode<M extends Wire> {
  private volatile Set<ActorRef<M>> ears = Set.of();

  private EveryNode() {}

  static <M extends Wire> EveryNode<M> listening(
      ActorSystem<?> system, ServiceKey<M> key, Consumer<M> heard) {
    var every = new EveryNode<M>();
    ActorRef<M> local = system.systemActorOf(ear(heard), key.id(), Props.empty());
    every.ears = Set.of(local); // before the receptionist has spoken
    system.receptionist().tell(Receptionist.register(key, local));
    system.systemActorOf(every.listings(key, local), key.id() + "-nodes", Props.empty());
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

  private Behavior<Receptionist.Listing> listings(ServiceKey<M> key, ActorRef<M> local) {
    return Behaviors.setup(
        ctx -> {
          ctx.getSystem().receptionist().tell(Receptionist.subscribe(key, ctx.getSelf()));
          return Behaviors.receiveMessage(
              listing -> {
                var found = new HashSet<>(listing.getServiceInstances(key));
                found.add(local);
                ears = Set.copyOf(found);
                return Behaviors.same();
              });
        });
  }

  void tell(M message) {
    ears.forEach(ear -> ear.tell(message));
  }
}
