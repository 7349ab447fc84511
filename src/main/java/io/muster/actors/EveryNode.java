package io.muster.actors;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;

/**
 * One ear on each node: what is told here is heard on all, in the order in which it was told. The
 * network may lose it, or a node may not be known yet; so each node counts what it tells and says
 * every second how far it has come. Whoever has missed something learns that it has, though not
 * what, and looks again.
 */
public final class EveryNode<M extends Wire> {
  private static final Duration BEAT = Duration.ofSeconds(1);

  /** What crosses to the ears of other nodes. */
  public sealed interface Letter extends Heard, Wire {
    String sender();

    long number();
  }

  /**
   * One message, encoded once for all nodes.
   *
   * @param sender one run of one node
   * @param number of the message, from 1
   */
  public record Post(String sender, long number, int serializer, String manifest, byte[] message)
      implements Letter {
    @Override
    public boolean equals(Object other) {
      return other instanceof Post p
          && sender.equals(p.sender)
          && number == p.number
          && serializer == p.serializer
          && manifest.equals(p.manifest)
          && Arrays.equals(message, p.message);
    }

    @Override
    public int hashCode() {
      return Objects.hash(sender, number);
    }
  }

  /**
   * @param number of the last message; 0 when there was none
   */
  public record Beat(String sender, long number) implements Letter {}

  sealed interface Heard {}

  private record Here<M>(M message) implements Heard {}

  /** Something was missed a moment ago. */
  private record Missed() implements Heard {}

  private final Serialization serialization;
  private final String self = UUID.randomUUID().toString();
  private final ActorRef<Heard> here;
  private volatile Set<ActorRef<Letter>> others = Set.of(); // before the receptionist has spoken

  // ── guarded by this ──
  private long told;

  private EveryNode(ActorSystem<?> system, ActorRef<Heard> here) {
    this.serialization = SerializationExtension.get(Adapter.toClassic(system));
    this.here = here;
  }

  /**
   * @param name the same on all nodes, unique on each
   * @param dispatcher on which messages are heard
   * @param heard called with one message at a time; one that it fails on is logged and passed over
   * @param missed called at most once a second, after messages of other nodes did not arrive
   */
  public static <M extends Wire> EveryNode<M> listening(
      ActorSystem<?> system,
      String name,
      Class<M> messages,
      DispatcherSelector dispatcher,
      Consumer<M> heard,
      Runnable missed) {
    var key = ServiceKey.create(Letter.class, name);
    var ear = new Ear<>(system, name, messages, heard, missed);
    var every = new EveryNode<M>(system, system.systemActorOf(ear.open(), name, dispatcher));
    system.receptionist().tell(Receptionist.register(key, every.here.narrow()));
    system.systemActorOf(
        every.listings(key), name + "-nodes", DispatcherSelector.defaultDispatcher());
    system.scheduler().scheduleWithFixedDelay(BEAT, BEAT, every::beat, system.executionContext());
    return every;
  }

  private Behavior<Receptionist.Listing> listings(ServiceKey<Letter> key) {
    return Behaviors.setup(
        ctx -> {
          ctx.getSystem().receptionist().tell(Receptionist.subscribe(key, ctx.getSelf()));
          return Behaviors.receiveMessage(
              listing -> {
                var found = new HashSet<>(listing.getServiceInstances(key));
                found.remove(here.<Letter>narrow());
                others = Set.copyOf(found);
                return Behaviors.same();
              });
        });
  }

  public void tell(M message) {
    here.tell(new Here<>(message));
    if (isAlone()) {
      tellNobody();
    } else {
      post(message);
    }
  }

  private void post(M message) {
    byte[] bytes = serialization.serialize(message).get();
    var serializer = serialization.findSerializerFor(message);
    var manifest = Serializers.manifestFor(serializer, message);
    synchronized (this) { // in the order of their numbers, to everybody
      var post = new Post(self, ++told, serializer.identifier(), manifest, bytes);
      others.forEach(other -> other.tell(post));
    }
  }

  /**
   * Something was not told, because nobody is known who wants it. Somebody may be there already.
   */
  public synchronized void tellNobody() {
    told++;
  }

  private synchronized void beat() {
    var beat = new Beat(self, told);
    others.forEach(other -> other.tell(beat));
  }

  /** To this node only. */
  public void tellHere(M message) {
    here.tell(new Here<>(message));
  }

  /** Nobody else is known to listen. */
  public boolean isAlone() {
    return others.isEmpty();
  }

  // ── who listens ──

  /** Kept when a message fails, because one that does must not make this node deaf to the next. */
  private static final class Ear<M extends Wire> {
    // Together with what others miss in the same moment, and not with all other nodes.
    private static final int SOON_MILLIS_MIN = 100;
    private static final int SOON_MILLIS_MAX = 1_000;

    private final Serialization serialization;
    private final String name;
    private final Class<M> messages;
    private final Consumer<M> heard;
    private final Runnable missed;
    private final Ledger ledger = new Ledger();

    Ear(ActorSystem<?> system, String name, Class<M> messages, Consumer<M> heard, Runnable missed) {
      this.serialization = SerializationExtension.get(Adapter.toClassic(system));
      this.name = name;
      this.messages = messages;
      this.heard = heard;
      this.missed = missed;
    }

    Behavior<Heard> open() {
      return Behaviors.withTimers(
          timers ->
              Behaviors.supervise(
                      Behaviors.<Heard>receive(
                          (ctx, one) -> {
                            hear(one, timers);
                            return Behaviors.same();
                          }))
                  .onFailure(SupervisorStrategy.resume()));
    }

    private void hear(Heard one, TimerScheduler<Heard> timers) {
      switch (one) {
        case Here<?>(var message) -> heard.accept(messages.cast(message));
        case Post post -> {
          var entry = ledger.post(post.sender(), post.number());
          if (entry == Ledger.Entry.AFTER_A_HOLE) {
            soon(timers);
          }
          if (entry != Ledger.Entry.OLD) {
            heard.accept(messages.cast(read(post)));
          }
        }
        case Beat beat -> {
          if (ledger.beat(beat.sender(), beat.number()) == Ledger.Entry.AFTER_A_HOLE) {
            soon(timers);
          }
        }
        case Missed _ -> missed.run();
      }
    }

    private Object read(Post post) {
      return serialization.deserialize(post.message(), post.serializer(), post.manifest()).get();
    }

    private void soon(TimerScheduler<Heard> timers) {
      if (!timers.isTimerActive(name)) {
        var delay = ThreadLocalRandom.current().nextInt(SOON_MILLIS_MIN, SOON_MILLIS_MAX);
        timers.startSingleTimer(name, new Missed(), Duration.ofMillis(delay));
      }
    }
  }
}
