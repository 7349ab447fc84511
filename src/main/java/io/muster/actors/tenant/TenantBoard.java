package io.muster.actors.tenant;

import io.muster.actors.EveryNode;
import io.muster.actors.OrgId;
import io.muster.actors.SuspendedOrganizations;
import io.muster.actors.Tenants;
import io.muster.actors.tenant.TenantChange.Resumed;
import io.muster.actors.tenant.TenantChange.Suspended;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Which organisations are suspended, as this node knows it. A change is made durable first and told
 * to every node after; what was missed, or changed by others, is found in the table a while later.
 * A table that cannot be read changes nothing that is known.
 */
public final class TenantBoard implements Tenants {
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration RETRY_MAX = Duration.ofSeconds(30);
  private static final double SPREAD = 0.2;

  // A device may live on a node that hears of it later than the node of its socket.
  private static final Duration SECOND_CALL = Duration.ofSeconds(2);

  /** Everybody of an organisation who is connected to this node. */
  public interface Audience {
    void told(TenantChange change);

    /** Connected devices shall do what has waited. May be called more than once. */
    void wake(OrgId org);
  }

  private final SuspendedOrganizations table;
  private volatile Map<OrgId, Suspended> suspended = Map.of();
  private volatile Optional<EveryNode<TenantChange>> boards = Optional.empty();

  public TenantBoard(SuspendedOrganizations table) {
    this.table = table;
  }

  /**
   * Call once.
   *
   * @param every how old an answer may become when nobody tells of a change
   */
  public void start(ActorSystem<?> system, Duration every, Audience audience) {
    ActorRef<Heard> keeper =
        system.systemActorOf(
            keeper(every, audience), "tenants-keeper", DispatcherSelector.defaultDispatcher());
    boards =
        Optional.of(
            EveryNode.listening(
                system,
                "tenants",
                TenantChange.class,
                DispatcherSelector.defaultDispatcher(),
                keeper::tell,
                () -> keeper.tell(new Look())));
  }

  @Override
  public boolean isSuspended(OrgId org) {
    return suspended.containsKey(org);
  }

  public Optional<Suspended> suspension(OrgId org) {
    return Optional.ofNullable(suspended.get(org));
  }

  /** Complete when it is durable and on its way to all nodes. When it fails nothing has changed. */
  public CompletionStage<Void> change(TenantChange change) {
    var kept =
        switch (change) {
          case Suspended s -> table.suspend(s.org());
          case Resumed r -> table.resume(r.org());
        };
    return kept.thenRun(() -> boards.ifPresent(all -> all.tell(change)));
  }

  // ── the one who writes on it ──

  /** What the keeper of a node's board hears, from other nodes and from itself. */
  sealed interface Heard permits TenantChange, Look, Found, NotFound, CallAgain {}

  private record Look() implements Heard {}

  /**
   * @param changes how many had been told when the table was asked
   */
  private record Found(Set<OrgId> orgs, int changes) implements Heard {}

  private record NotFound(Throwable why) implements Heard {}

  private record CallAgain(OrgId org) implements Heard {}

  private Behavior<Heard> keeper(Duration every, Audience audience) {
    Behavior<Heard> keeper =
        Behaviors.setup(
            ctx -> Behaviors.withTimers(timers -> new Keeper(ctx, timers, every, audience)));
    // It looks at the table first when it is back; what is known stays meanwhile.
    return Behaviors.supervise(keeper)
        .onFailure(SupervisorStrategy.restartWithBackoff(RETRY, RETRY_MAX, SPREAD));
  }

  private final class Keeper extends AbstractBehavior<Heard> {
    private final TimerScheduler<Heard> timers;
    private final Duration every;
    private final Audience audience;
    private Duration retry = RETRY;
    private int changes;

    Keeper(
        ActorContext<Heard> ctx, TimerScheduler<Heard> timers, Duration every, Audience audience) {
      super(ctx);
      this.timers = timers;
      this.every = every;
      this.audience = audience;
      look();
    }

    @Override
    public Receive<Heard> createReceive() {
      return newReceiveBuilder().onAnyMessage(this::hear).build();
    }

    private Behavior<Heard> hear(Heard heard) {
      switch (heard) {
        case TenantChange change -> {
          changes++;
          apply(List.of(change));
        }
        case Look _ -> look();
        case Found found when found.changes() != changes -> look(); // it may be older than those
        case Found found -> {
          retry = RETRY;
          apply(differences(found.orgs()));
          lookIn(every);
        }
        case NotFound away -> tryAgain(away.why());
        case CallAgain call -> wake(call.org());
      }
      return this;
    }

    private void look() {
      int asked = changes;
      getContext()
          .pipeToSelf(
              table.all(),
              (orgs, failure) -> failure == null ? new Found(orgs, asked) : new NotFound(failure));
    }

    private void lookIn(Duration time) {
      timers.startSingleTimer("look", new Look(), time);
    }

    private void tryAgain(Throwable why) {
      if (retry.equals(RETRY)) {
        getContext()
            .getLog()
            .warn("Which organisations are suspended cannot be read: {}", why.toString());
      }
      lookIn(retry);
      var longer = retry.multipliedBy(2);
      retry = longer.compareTo(every) < 0 ? longer : every;
    }

    private List<TenantChange> differences(Set<OrgId> now) {
      var differences = new ArrayList<TenantChange>();
      for (OrgId org : now) {
        if (!suspended.containsKey(org)) {
          differences.add(new Suspended(org, Optional.empty()));
        }
      }
      for (OrgId org : suspended.keySet()) {
        if (!now.contains(org)) {
          differences.add(new Resumed(org, Optional.empty()));
        }
      }
      return differences;
    }

    /** Known first and told after: who comes meanwhile must not be missed. */
    private void apply(List<TenantChange> all) {
      var next = new HashMap<>(suspended);
      var news = new ArrayList<TenantChange>();
      for (TenantChange change : all) {
        boolean isNew =
            switch (change) {
              case Suspended s -> next.put(s.org(), s) == null;
              case Resumed r -> next.remove(r.org()) != null;
            };
        if (isNew) {
          news.add(change);
        }
      }
      suspended = Map.copyOf(next);
      news.forEach(this::tell);
    }

    private void tell(TenantChange change) {
      audience.told(change);
      switch (change) {
        case Suspended s -> getContext().getLog().info("Organisation {} is suspended", s.org());
        case Resumed r -> {
          getContext().getLog().info("Organisation {} is active again", r.org());
          wake(r.org());
          timers.startSingleTimer(r.org(), new CallAgain(r.org()), SECOND_CALL);
        }
      }
    }

    private void wake(OrgId org) {
      if (!isSuspended(org)) {
        audience.wake(org);
      }
    }
  }
}
