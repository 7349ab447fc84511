package io.muster.actors.notify;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Wire;
import io.muster.actors.notify.GraceRule.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * This node's copy of the rules: read again when somebody has changed one, on whatever node, and
 * every half minute, for that message may be lost. While the database is away the last copy holds.
 */
public final class GraceRulebook implements GraceRules {
  static final Duration RENEWAL = Duration.ofSeconds(30);
  private static final ServiceKey<Word> KEY = ServiceKey.create(Word.class, "grace-rules");

  sealed interface Word {
    /** The only one that goes to other nodes. */
    record Changed() implements Word, Wire {}

    record Due() implements Word {}

    record Known(List<GraceRule> rules) implements Word {}

    record NotKnown() implements Word {}

    record Readers(Set<ActorRef<Word>> everywhere) implements Word {}
  }

  private final GraceRuleStore store;
  private final Duration otherwise;
  private volatile Ruleset rules;
  private volatile Set<ActorRef<Word>> readers = Set.of();

  private GraceRulebook(GraceRuleStore store, Duration otherwise) {
    this.store = store;
    this.otherwise = otherwise;
    this.rules = Ruleset.of(List.of(), otherwise);
  }

  /**
   * Call once on every node.
   *
   * @param otherwise the grace where no rule says another
   */
  public static GraceRulebook start(
      ActorSystem<?> system, GraceRuleStore store, Duration otherwise) {
    var book = new GraceRulebook(store, otherwise);
    var reader =
        system.systemActorOf(book.reader(), "grace-rules", DispatcherSelector.defaultDispatcher());
    book.readers = Set.of(reader); // before the receptionist has spoken
    return book;
  }

  private Behavior<Word> reader() {
    return Behaviors.setup(
        ctx ->
            Behaviors.withTimers(
                timers -> {
                  var receptionist = ctx.getSystem().receptionist();
                  var listings =
                      ctx.messageAdapter(
                          Receptionist.Listing.class,
                          listing -> new Word.Readers(listing.getServiceInstances(KEY)));
                  receptionist.tell(Receptionist.register(KEY, ctx.getSelf()));
                  receptionist.tell(Receptionist.subscribe(KEY, listings));
                  ctx.getSelf().tell(new Word.Due());
                  timers.startTimerWithFixedDelay(new Word.Due(), RENEWAL);
                  return Behaviors.receiveMessage(
                      word -> {
                        switch (word) {
                          case Word.Changed _, Word.Due _ ->
                              ctx.pipeToSelf(
                                  store.all(),
                                  (all, failure) ->
                                      failure == null ? new Word.Known(all) : new Word.NotKnown());
                          case Word.Known known -> rules = Ruleset.of(known.rules(), otherwise);
                          case Word.NotKnown _ -> {} // the last copy holds
                          case Word.Readers all -> {
                            if (!all.everywhere().isEmpty()) {
                              readers = all.everywhere();
                            }
                          }
                        }
                        return Behaviors.same();
                      });
                }));
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
    readers.forEach(reader -> reader.tell(new Word.Changed()));
  }
}
