package io.muster.actors.notify;

import io.muster.actors.DeviceId;
import io.muster.actors.EveryNode;
import io.muster.actors.OrgId;
import io.muster.actors.Wire;
import io.muster.actors.notify.GraceRule.Scope;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * This node's copy of the rules: read again when somebody has changed one, on whatever node, and
 * every half minute, for that message may be lost. While the database is away the last copy holds.
 */
public final class GraceRulebook implements GraceRules {
  static final Duration RENEWAL = Duration.ofSeconds(30);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final double SPREAD = 0.2;

  /** Somebody has changed a rule. */
  public record Changed() implements Wire {}

  private sealed interface Word {
    record Due() implements Word {}

    /**
     * @param turn of the question: answers may overtake each other
     */
    record Known(List<GraceRule> rules, long turn) implements Word {}

    record NotKnown() implements Word {}
  }

  private final GraceRuleStore store;
  private final Duration otherwise;
  private final EveryNode<Changed> nodes;
  private volatile Ruleset rules;

  // ── of the reader alone ──
  private long asked;
  private long known;

  private GraceRulebook(ActorSystem<?> system, GraceRuleStore store, Duration otherwise) {
    this.store = store;
    this.otherwise = otherwise;
    this.rules = Ruleset.of(List.of(), otherwise);
    var reader =
        system.systemActorOf(
            reader(), "grace-rules-reader", DispatcherSelector.defaultDispatcher());
    this.nodes =
        EveryNode.listening(
            system,
            "grace-rules",
            Changed.class,
            DispatcherSelector.defaultDispatcher(),
            _ -> reader.tell(new Word.Due()),
            () -> reader.tell(new Word.Due()));
  }

  /**
   * Call once on every node.
   *
   * @param otherwise the grace where no rule says another
   */
  public static GraceRulebook start(
      ActorSystem<?> system, GraceRuleStore store, Duration otherwise) {
    return new GraceRulebook(system, store, otherwise);
  }

  private Behavior<Word> reader() {
    Behavior<Word> reading =
        Behaviors.setup(
            ctx ->
                Behaviors.withTimers(
                    timers -> {
                      ctx.getSelf().tell(new Word.Due());
                      timers.startTimerWithFixedDelay(new Word.Due(), RENEWAL);
                      return Behaviors.receiveMessage(
                          word -> {
                            hear(word, ctx);
                            return Behaviors.same();
                          });
                    }));
    return Behaviors.supervise(reading)
        .onFailure(SupervisorStrategy.restartWithBackoff(RETRY, RENEWAL, SPREAD));
  }

  private void hear(Word word, ActorContext<Word> ctx) {
    switch (word) {
      case Word.Due _ -> {
        long turn = ++asked;
        ctx.pipeToSelf(
            store.all(),
            (all, failure) -> failure == null ? new Word.Known(all, turn) : new Word.NotKnown());
      }
      case Word.Known answer when answer.turn() < known -> {} // a newer one was faster
      case Word.Known answer -> {
        known = answer.turn();
        rules = Ruleset.of(answer.rules(), otherwise);
      }
      case Word.NotKnown _ -> {} // the last copy holds
    }
  }

  // ── what devices ask ──

  @Override
  public Duration graceOf(DeviceId id, OrgId org, SortedSet<String> tags) {
    return rules.graceOf(id, org, tags);
  }

  @Override
  public boolean isMuted(DeviceId id, OrgId org, SortedSet<String> tags) {
    return rules.isMuted(id, org, tags);
  }

  // ── what people change ──

  public CompletionStage<List<GraceRule>> of(OrgId org) {
    return store.of(org);
  }

  /** Stored when the stage completes; every node follows a moment later. */
  public CompletionStage<Void> put(GraceRule rule) {
    return store.put(rule).thenRun(this::changed);
  }

  /** True when there was one. */
  public CompletionStage<Boolean> remove(OrgId org, Scope scope, String subject) {
    return store
        .remove(org, scope, subject)
        .thenApply(
            was -> {
              changed();
              return was;
            });
  }

  private void changed() {
    nodes.tell(new Changed());
  }
}
