package io.muster.actors.device;

import static io.muster.actors.Refusal.*;
import static io.muster.actors.device.ToSession.Reason.*;

import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.GraceRecords;
import io.muster.actors.OrgId;
import io.muster.actors.Refusal;
import io.muster.actors.Registry;
import io.muster.actors.Telemetry;
import io.muster.actors.TokenIssuer;
import io.muster.actors.Traces;
import io.muster.actors.dashboard.Feed;
import io.muster.actors.device.Admission.Judgement;
import io.muster.actors.device.DeviceCommand.*;
import io.muster.actors.device.DeviceEvent.*;
import io.muster.actors.device.PendingCommands.Pending;
import io.muster.actors.device.Status.*;
import io.muster.actors.notify.GraceRules;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EffectBuilder;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * One device: which connection owns it, whether it is there, and what it still has to do.
 *
 * <p>Everything that happens to a device passes through this actor in order. Each accepted
 * connection gets an epoch higher than all before; what speaks for an older one is ignored. A fact
 * is journalled first and told after.
 */
public final class Device extends EventSourcedBehavior<DeviceCommand, DeviceEvent, DeviceState> {

  public static final EntityTypeKey<DeviceCommand> KEY =
      EntityTypeKey.create(DeviceCommand.class, "Device");

  /** What a device needs from around it. */
  public record Surroundings(
      DeviceSettings settings,
      Feed feed,
      SeenHints hints,
      Telemetry telemetry,
      Traces traces,
      Clock clock,
      RandomGenerator chance,
      Outside outside,
      GraceRules grace,
      Urgency urgency) {}

  /** The hints that sessions on this node know; empty for a device whose session is elsewhere. */
  public interface SeenHints {
    DeviceView.Hints of(DeviceId id);

    void pending(DeviceId id, OrgId org, int count);
  }

  /** Who should be let in before others when it comes. */
  @FunctionalInterface
  public interface Urgency {
    /**
     * The device is away, and a command for it ends soon.
     *
     * @param until when the last of such commands ends
     */
    void wanted(DeviceId id, Instant until);
  }

  public static Behavior<DeviceCommand> create(
      DeviceId id, Surroundings around, ActorRef<ClusterSharding.ShardCommand> shard) {
    return Behaviors.setup(
        ctx -> Behaviors.withTimers(timers -> new Device(id, around, shard, ctx, timers)));
  }

  // ── what a command means ─────────────────────────────────────────────── formatter:off

  private record In(Status status, DeviceCommand command) {}

  private Effect<DeviceEvent, DeviceState> decide(DeviceState state, DeviceCommand command) {
    return switch (new In(state.status(), command)) {
      case In(_,           Connect c)      when isElsewhere(state, c.org())   -> turnAway(c.link(), WRONG_ORGANISATION);
      case In(Retired _,   Connect c)                                         -> turnAway(c.link(), REVOKED);
      case In(_,           Connect c)      when isTooLate(c)           -> turnAway(c.link(), UNAVAILABLE);
      case In(_,           Connect c)      when isRegisteredElsewhere() -> judgeOrConsult(state, c);
      case In(_,           Connect c)      when !isTrusted(state, c.proof())  -> turnAway(c.link(), REVOKED);
      case In(_,           Connect c)                                  -> welcome(state, c);

      case In(Retired _,   Heartbeat c)                                -> turnAway(c.link(), REVOKED);
      case In(Online s,    Heartbeat c)    when owns(s, c)             -> heard(state, c);
      case In(Online s,    Heartbeat c)    when isNewer(s, c)          -> turnAway(c.link(), SUPERSEDED);
      case In(Away s,      Heartbeat c)    when isLast(state, c)       -> welcomeBack(state, c);
      case In(Offline s,   Heartbeat c)    when isLast(state, c)       -> welcomeBack(state, c);
      case In(_,           Heartbeat c)                                -> turnAway(c.link(), UNAVAILABLE); // nobody's: it may knock again

      case In(Online s,    SessionEnded c) when s.epoch() == c.epoch() -> leave(state, s, c);
      case In(_,           SessionEnded c) when isUnknown(state, c)    -> restRefused(); // to this one, that may be outlived
      case In(_,           SessionEnded c)                             -> rest().thenRun(c::heard); // goodbye of a replaced connection
      case In(Online s,    SilenceOver c)  when isUnheard(s, c)        -> stepAway(state, s, AwayReason.SILENCE);
      case In(_,           SilenceOver _)                              -> ignore();      // it was found in time
      case In(Away s,      TimeToTell c)   when s.epoch() == c.epoch() -> tellMissing(state, s);
      case In(_,           TimeToTell _)                               -> ignore();      // it came back in time
      case In(Away s,      GraceOver c)    when s.epoch() == c.epoch() -> commit(state, new WentOffline(s.epoch(), now()));
      case In(_,           GraceOver _)                                -> ignore();      // it came back in time

      case In(Online s,    ContentReaction c) when s.epoch() == c.epoch() -> then(_ -> content.reacted(c));
      case In(_,           ContentReaction _)                          -> ignore();      // of a replaced connection
      case In(_,           ContentFound c)                             -> found(state, c);
      case In(_,           ContentUnknown _)                           -> unknown(state);
      case In(_,           ContentDue _)                               -> then(s -> content.due(s, receiver(s, link)));

      case In(Online _,    RegistryDue c)                              -> consult(c);
      case In(_,           RegistryDue _)                              -> ignore();
      case In(_,           Consulted c)                                -> consulted(state, c);
      case In(_,           Unconsulted c)                              -> unconsulted(c.about());
      case In(_,           GraceRead c)                                -> graceRead(state, c);
      case In(_,           RegistryCorrected c)                        -> corrected(c);

      case In(_,           Acknowledge c)                              -> settle(state, c);
      case In(_,           DeliveryDue _)                              -> commit(state);
      case In(_,           TenantResumed _)                            -> resume(state);
      case In(_,           Wake _)                                     -> ignore();
      case In(_,           NothingToDo _)                              -> askForSleep(state);
      case In(_,           Sleep _)                                    -> Effect().stop();

      case In(Retired _,   Register c)     when state.isOf(c.org())    -> refuse(c, DEVICE_RETIRED);
      case In(_,           Register c)     when isUnknown(state)       -> register(state, c);
      case In(_,           Register c)     when state.isOf(c.org())    -> describe(state, c);
      case In(_,           Register c)                                 -> refuse(c, DEVICE_ID_TAKEN);

      case In(_,           CheckToken c)   when isElsewhere(state, c.org()) -> refuse(c, DEVICE_NOT_FOUND);
      case In(Retired _,   CheckToken c)                               -> refuse(c, DEVICE_RETIRED);
      case In(_,           CheckToken c)   when isRegisteredElsewhere() -> consult(c);
      case In(_,           CheckToken c)   when !isTrusted(state, c.proof()) -> refuse(c, TOKEN_REVOKED);
      case In(_,           CheckToken c)                               -> done(c);

      case In(_,           Identify c)     when isUnknown(state) && isRegisteredElsewhere() -> consult(c);
      case In(_,           Identify c)                                 -> identify(state, c);

      case In(_,           Request c)      when !state.isOf(c.org())   -> refuse(c, DEVICE_NOT_FOUND);
      case In(Retired _,   Retire c)                                   -> done(c);
      case In(_,           Describe c)                                 -> describe(state, c);
      case In(_,           DescribeCommand c)                          -> describe(state, c);
      case In(_,           ListPending c)                              -> describe(state, c);
      case In(_,           AwaitSettled c)                             -> await(state, c);
      case In(_,           Cancel c)                                   -> cancel(state, c);
      case In(Retired _,   Request c)                                  -> refuse(c, DEVICE_RETIRED);
      case In(_,           Amend c)                                    -> amend(state, c);
      case In(_,           IssueToken c)                               -> issue(state, c);
      case In(_,           RevokeTokens c)                             -> revoke(state, c);
      case In(_,           Retire c)                                   -> retire(state, c);
      case In(_,           Enqueue c)                                  -> enqueue(state, c);
      case In(_,           ShowContent c)                              -> then(s -> content.show(s, c.answerBy(), c.replyTo()));
      case In(_,           DescribeContent c)                          -> then(s -> content.describe(s, c.replyTo()));
    };
  }

  // ─────────────────────────────────────────────────────────────────────── formatter:on

  private boolean isUnknown(DeviceState state) {
    return state.profile().isEmpty();
  }

  private boolean isElsewhere(DeviceState state, OrgId org) {
    return !isUnknown(state) && !state.isOf(org);
  }

  private boolean isTrusted(DeviceState state, Proof proof) {
    return state.credentials().accept(proof.hash(), proof.issuedAt());
  }

  /** Its session has given up; journalling for nobody would only make the next ones late too. */
  private boolean isTooLate(Connect c) {
    return c.giveUpAt().isBefore(now());
  }

  private static boolean owns(Online status, Heartbeat c) {
    return status.epoch() == c.link().epoch();
  }

  private static boolean isNewer(Online status, Heartbeat c) {
    return status.epoch() > c.link().epoch();
  }

  /**
   * It was away only in our eyes, and nobody has taken its place nor shut it out: the socket has
   * outlived our patience.
   */
  private static boolean isLast(DeviceState state, Heartbeat c) {
    return state.epoch() == c.link().epoch();
  }

  private boolean isUnheard(Online status, SilenceOver c) {
    return link.isEmpty() && status.epoch() == c.epoch();
  }

  // ── connections ──

  private Effect<DeviceEvent, DeviceState> welcome(DeviceState state, Connect c) {
    var facts = new ArrayList<>(introduction(state, c.org()));
    boolean isFirstUse = state.credentials().isFirstUse(c.proof().hash());
    boolean isRenewal = state.credentials().isRenewal(c.proof().hash());
    if (isFirstUse) {
      facts.add(new TokenUsed(c.proof().hash(), now()));
    }
    var fresh = renewal(state, c.org(), c.link());
    if (c.proof().isLapsed() && fresh.isEmpty()) {
      return turnAway(c.link(), UNAVAILABLE); // there is nothing else it could be let in for
    }
    failure = () -> c.link().session().tell(new ToSession.Goodbye(UNAVAILABLE));
    fresh.ifPresent(f -> facts.add(renewed(c.link(), f)));
    return own(state, facts, c.link().at(state.epoch() + 1))
        .thenRun(
            after -> {
              if (isFirstUse && isRenewal) {
                around.telemetry().tokenRenewal(Telemetry.Renewal.USED);
              }
              fresh.ifPresent(f -> handOver(c.link(), f));
              correctRegistry(after);
            });
  }

  /** Who it is, as far as that was not known before. */
  private List<DeviceEvent> introduction(DeviceState state, OrgId org) {
    var name = admission.entry().map(Registry.Entry::name);
    if (isUnknown(state)) {
      var by = name.isPresent() ? "registry" : "device";
      return List.of(new Registered(org, name.orElse(id.value()), by, now()));
    }
    return name.filter(n -> !n.equals(state.profile().orElseThrow().name()))
        .<List<DeviceEvent>>map(n -> List.of(new Renamed(n, "registry", now())))
        .orElse(List.of());
  }

  /** The same connection keeps its epoch: it proves no reload, and it is not a new attempt. */
  private Effect<DeviceEvent, DeviceState> welcomeBack(DeviceState state, Heartbeat c) {
    var session = c.link().session();
    return own(state, List.of(), c.link())
        .thenRun(_ -> session.tell(new ToSession.Heard(c.token(), false)));
  }

  private EffectBuilder<DeviceEvent, DeviceState> own(
      DeviceState state, List<DeviceEvent> before, Link owner) {
    var facts = new ArrayList<>(before);
    facts.add(new CameOnline(owner.epoch(), owner.node(), now()));
    content.expect();
    return commit(
            state,
            facts,
            Optional.of(owner),
            _ -> {
              if (!isSameSession(owner)) {
                dismiss(SUPERSEDED); // the newer connection wins
              }
              attach(owner);
              owner
                  .session()
                  .tell(
                      new ToSession.Welcome(
                          owner.epoch(),
                          ctx.getSelf(),
                          admission.entry().flatMap(Registry.Entry::qrOverlay)));
            })
        .thenRun(this::bringContent);
  }

  private Effect<DeviceEvent, DeviceState> heard(DeviceState state, Heartbeat c) {
    boolean differs =
        c.contentVersion().isPresent()
            && receiver(state, link).isPresent()
            && content.differs(c.contentVersion().get());
    c.link().session().tell(new ToSession.Heard(c.token(), differs));
    if (link.isPresent()) {
      return renewal(state, state.profile().orElseThrow().org(), c.link())
          .map(fresh -> renew(state, c.link(), fresh))
          .orElseGet(this::ignore);
    }
    attach(c.link());
    c.link().session().tell(new ToSession.Found(ctx.getSelf()));
    return commit(state, List.of(), link, this::bringContent);
  }

  private Effect<DeviceEvent, DeviceState> stepAway(
      DeviceState state, Online status, AwayReason reason) {
    return stepAway(state, status, reason, () -> {});
  }

  /**
   * A connection of which nothing is journalled here: another owner has let it in, and has to hear
   * of its end.
   */
  private static boolean isUnknown(DeviceState state, SessionEnded ended) {
    return state.epoch() < ended.epoch();
  }

  private Effect<DeviceEvent, DeviceState> leave(
      DeviceState state, Online status, SessionEnded ended) {
    return stepAway(state, status, ended.reason(), ended::heard);
  }

  private Effect<DeviceEvent, DeviceState> stepAway(
      DeviceState state, Online status, AwayReason reason, Runnable written) {
    link = Optional.empty();
    content.disconnected();
    return commit(state, List.of(away(state, status, reason)), link, _ -> written.run());
  }

  private Effect<DeviceEvent, DeviceState> turnAway(Link stranger, ToSession.Reason reason) {
    stranger.session().tell(new ToSession.Goodbye(reason));
    return restRefused();
  }

  private Effect<DeviceEvent, DeviceState> tellMissing(DeviceState state, Away status) {
    if (!status.deadline().isAfter(now())) {
      return commit(state, new WentOffline(status.epoch(), now())); // there is worse to tell
    }
    tidings.missing(view(state));
    clocks.told(status);
    return ignore();
  }

  private boolean isSameSession(Link other) {
    return link.map(l -> l.session().equals(other.session())).orElse(false);
  }

  private void attach(Link owner) {
    ctx.unwatch(owner.session()); // it may have been watched under an older epoch
    ctx.watchWith(owner.session(), new SessionEnded(owner.epoch()));
    link = Optional.of(owner);
    isRenewed = false;
    clocks.found();
  }

  private void dismiss(ToSession.Reason reason) {
    dismiss(new ToSession.Goodbye(reason));
  }

  private void dismiss(ToSession.Goodbye goodbye) {
    link.ifPresent(
        former -> {
          ctx.unwatch(former.session());
          former.session().tell(goodbye);
        });
    link = Optional.empty();
    content.disconnected();
  }

  /**
   * Whom commands and content may go to: nobody while the tenant is suspended, nor a client that
   * has come for a new token only.
   */
  private Optional<Link> receiver(DeviceState state, Optional<Link> owner) {
    return state.status() instanceof Online
        ? owner.filter(
            l ->
                !l.proof().isLapsed()
                    && !content.isGreeting()
                    && !around.outside().tenants().isSuspended(state.profile().orElseThrow().org()))
        : Optional.empty();
  }

  // ── where somebody else decides who may come ──

  private boolean isRegisteredElsewhere() {
    return around.outside().registry().isPresent();
  }

  private Effect<DeviceEvent, DeviceState> judgeOrConsult(DeviceState state, Connect c) {
    newestKnock = Optional.of(c.link().session());
    boolean isKnown =
        admission.isFresh(now(), around.outside().times().registry())
            && admission.judge(c.org(), c.proof(), state.credentials()) == Judgement.ADMITTED;
    return isKnown ? welcome(state, c) : consult(c);
  }

  private Effect<DeviceEvent, DeviceState> consult(DeviceCommand about) {
    int reading = admission.reading();
    ctx.pipeToSelf(
        around.outside().registry().orElseThrow().find(id),
        (entry, failure) ->
            failure == null ? new Consulted(about, entry, reading) : new Unconsulted(about));
    return ignore();
  }

  private Effect<DeviceEvent, DeviceState> consulted(DeviceState state, Consulted c) {
    if (admission.isOutdated(c.reading())) {
      return consult(c.about());
    }
    admission.learned(c.entry(), now());
    return switch (c.about()) {
      case Connect about -> judge(state, about, about.org(), about.proof());
      case CheckToken about -> judge(state, about, about.org(), about.proof());
      case RegistryDue about when link.isPresent() ->
          judge(state, about, state.profile().orElseThrow().org(), link.get().proof());
      case Identify about when isUnknown(state) -> introduce(state, about);
      case Identify about -> identify(state, about);
      default -> ignore(); // it has gone meanwhile
    };
  }

  private Effect<DeviceEvent, DeviceState> judge(
      DeviceState state, DeviceCommand about, OrgId org, Proof proof) {
    return switch (admission.judge(org, proof, state.credentials())) {
      case ADMITTED -> admit(state, about);
      case ENDED -> shutOut(state, about, proof);
      case PERHAPS_RENEWED -> {
        ctx.pipeToSelf(
            around.outside().grace().find(id),
            (grace, failure) ->
                failure == null ? new GraceRead(about, proof, grace) : new Unconsulted(about));
        yield ignore();
      }
    };
  }

  /** A program that renewed tokens before us may have left the former one its grace. */
  private Effect<DeviceEvent, DeviceState> graceRead(DeviceState state, GraceRead c) {
    var current = admission.entry().flatMap(Registry.Entry::tokenHash);
    boolean holds =
        c.grace()
            .filter(grace -> grace.prev().equals(c.proof().hash()))
            .filter(grace -> current.filter(grace.next()::equals).isPresent())
            .isPresent();
    return holds ? admit(state, c.about()) : shutOut(state, c.about(), c.proof());
  }

  private Effect<DeviceEvent, DeviceState> admit(DeviceState state, DeviceCommand about) {
    return switch (about) {
      case Connect c when state.status() instanceof Retired -> turnAway(c.link(), REVOKED);
      case Connect c when isTooLate(c) || isElsewhere(state, c.org()) || isOvertaken(c) ->
          turnAway(c.link(), UNAVAILABLE);
      case Connect c -> welcome(state, c);
      case CheckToken c when state.status() instanceof Retired -> refuse(c, DEVICE_RETIRED);
      case CheckToken c -> done(c);
      default -> checkedAgain();
    };
  }

  /**
   * Answers need not come in the order of the questions. One that is let in after a newer one would
   * end that for good, and has most likely gone itself.
   */
  private boolean isOvertaken(Connect c) {
    return newestKnock.filter(c.link().session()::equals).isEmpty();
  }

  private Effect<DeviceEvent, DeviceState> shutOut(
      DeviceState state, DeviceCommand about, Proof proof) {
    return switch (about) {
      case Connect c -> turnAway(c.link(), REVOKED);
      case CheckToken c -> refuse(c, TOKEN_REVOKED);
      default ->
          link.filter(l -> l.proof().hash().equals(proof.hash())).isPresent()
              ? expel(state)
              : checkedAgain(); // by now another has come, with a proof of its own
    };
  }

  /** As by a revocation, so that its last heartbeats do not bring it back. */
  private Effect<DeviceEvent, DeviceState> expel(DeviceState state) {
    var why = admission.entry().isEmpty() ? "deleted" : "revoked";
    var facts = new ArrayList<DeviceEvent>();
    facts.add(new TokenRevoked("registry", now()));
    facts.addAll(departure(state));
    return commit(
        state,
        facts,
        Optional.empty(),
        _ -> dismiss(new ToSession.Goodbye(REVOKED, Optional.of(why))));
  }

  private Effect<DeviceEvent, DeviceState> checkedAgain() {
    return rest()
        .thenRun(
            state -> {
              clocks.armRegistry(state, link, around);
              correctRegistry(state);
            });
  }

  private Effect<DeviceEvent, DeviceState> unconsulted(DeviceCommand about) {
    return switch (about) {
      case Connect c -> turnAway(c.link(), UNAVAILABLE);
      case CheckToken c -> refuse(c, READ_MODEL_UNAVAILABLE);
      case Identify c ->
          rest().thenRun(_ -> c.replyTo().tell(new Answer.No(READ_MODEL_UNAVAILABLE)));
      default -> rest().thenRun(state -> clocks.armRegistry(state, link, around));
    };
  }

  private Effect<DeviceEvent, DeviceState> introduce(DeviceState state, Identify c) {
    if (admission.entry().isEmpty()) {
      return identify(state, c);
    }
    failure = () -> c.replyTo().tell(new Answer.No(JOURNAL_UNAVAILABLE));
    return commit(
        state,
        introduction(state, admission.entry().get().org()),
        Optional.empty(),
        after -> c.replyTo().tell(new Answer.Described(view(after))));
  }

  /** The client has used the token that was made for it: from now on that is the current one. */
  private void correctRegistry(DeviceState state) {
    if (link.isEmpty() || !isRegisteredElsewhere()) {
      return;
    }
    var proof = link.get().proof();
    admission
        .outdated(proof, state.credentials())
        .ifPresent(
            former -> {
              around
                  .outside()
                  .grace()
                  .keep(
                      id,
                      new GraceRecords.Grace(former, proof.hash()),
                      around.outside().times().renewWithin());
              ctx.pipeToSelf(
                  around
                      .outside()
                      .registry()
                      .orElseThrow()
                      .tokenUsed(id, state.profile().orElseThrow().org(), former, proof.hash()),
                  (isCurrent, failed) ->
                      new RegistryCorrected(proof.hash(), failed == null && isCurrent));
            });
  }

  /** One that could not be corrected is tried again when its row is read again. */
  private Effect<DeviceEvent, DeviceState> corrected(RegistryCorrected c) {
    if (c.isCurrent()) {
      admission.replaced(c.hash());
    }
    return ignore();
  }

  // ── a new token before the old one ends ──

  private Optional<TokenIssuer.Fresh> renewal(DeviceState state, OrgId org, Link owner) {
    var proof = owner.proof();
    var now = now();
    var times = around.outside().times();
    boolean isDue = !proof.expiresAt().isAfter(now.plus(times.renewWithin()));
    if (!isDue || isRenewed && isSameSession(owner)) {
      return Optional.empty();
    }
    boolean isStranded =
        proof.isLapsed() && state.credentials().lostOf(proof.hash()) < Credentials.LOST_MAX;
    var cooldown = isStranded ? Duration.ZERO : times.renewCooldown();
    return state.credentials().mayRenew(proof.hash(), now, cooldown)
        ? Optional.of(around.outside().tokens().renew(id, org, proof.identifier()))
        : Optional.empty();
  }

  private TokenRenewed renewed(Link owner, TokenIssuer.Fresh fresh) {
    return new TokenRenewed(owner.proof().hash(), fresh.hash(), fresh.expiresAt(), now());
  }

  private Effect<DeviceEvent, DeviceState> renew(
      DeviceState state, Link owner, TokenIssuer.Fresh fresh) {
    failure = () -> around.telemetry().tokenRenewal(Telemetry.Renewal.FAILED);
    return commit(state, List.of(renewed(owner, fresh)), link, _ -> handOver(owner, fresh));
  }

  private void handOver(Link owner, TokenIssuer.Fresh fresh) {
    isRenewed = true;
    around.telemetry().tokenRenewal(Telemetry.Renewal.OFFERED);
    owner.session().tell(new ToSession.Renew(fresh.token()));
    if (!admission.isBehind(owner.proof())) { // or the record of the current one would be lost
      around
          .outside()
          .grace()
          .keep(
              id,
              new GraceRecords.Grace(owner.proof().hash(), fresh.hash()),
              Duration.between(now(), owner.proof().expiresAt()));
    }
  }

  // ── what it shall show ──

  private void bringContent(DeviceState state) {
    content.connected(state, receiver(state, link));
    arm(state);
  }

  /** What had to wait goes to the client, commands and content. */
  private Effect<DeviceEvent, DeviceState> resume(DeviceState state) {
    return commit(state, List.of(), link, after -> content.bring(receiver(after, link)));
  }

  /** What the commands of a client that has just come have waited for. */
  private Effect<DeviceEvent, DeviceState> found(DeviceState state, ContentFound c) {
    var facts =
        content
            .found(state, c)
            .<List<DeviceEvent>>map(
                n -> List.of(new ContentNumbered(n.playlistId(), n.version(), n.print(), now())))
            .orElse(List.of());
    return commit(state, facts, link, after -> content.settled(after, receiver(after, link)));
  }

  private Effect<DeviceEvent, DeviceState> unknown(DeviceState state) {
    content.unknown(receiver(state, link));
    return commit(state);
  }

  private Effect<DeviceEvent, DeviceState> then(Consumer<DeviceState> deed) {
    return Effect()
        .<DeviceState>none()
        .thenRun(
            state -> {
              deed.accept(state);
              content.arm(receiver(state, link));
            });
  }

  // ── commands for the device ──

  private Effect<DeviceEvent, DeviceState> enqueue(DeviceState state, Enqueue c) {
    var wish = c.wish();
    var at = now();
    var order = order(wish, at);
    var known = known(state, order, wish);
    if (known.isPresent()) {
      return known.get().fingerprint() == RecentKeys.fingerprint(order)
          ? acceptedBefore(state, c, known.get())
          : refuse(c, IDEMPOTENCY_KEY_REUSED);
    }
    if (wish.giveUpAt().isBefore(at)) {
      return refuse(c, JOURNAL_UNAVAILABLE);
    }
    if (state.profile().orElseThrow().disabled()) {
      return refuse(c, DEVICE_DISABLED);
    }
    var facts = new ArrayList<>(collapsed(state, order));
    if (state.pending().size() - facts.size() >= around.settings().pendingMax()) {
      return refuse(c, TOO_MANY_PENDING);
    }
    facts.add(new CommandQueued(order, wish.traceparent(), keyOf(wish), at));
    return commit(state, facts, c, after -> new Answer.Accepted(commandOf(after, order)));
  }

  /** A name given by the asker is never used for a second command. */
  private static Optional<RecentKeys.Used> known(DeviceState state, Order order, Wish wish) {
    return keyOf(wish)
        .flatMap(key -> state.keys().find(key, state.pending(), order.at()))
        .or(() -> wish.id().flatMap(id -> state.keys().find(id, state.pending(), order.at())))
        .or(() -> state.pending().find(order.id()).map(p -> RecentKeys.Used.of(p.order())));
  }

  /** Who names a command repeats it under that name. */
  private static Optional<String> keyOf(Wish wish) {
    return wish.key().or(() -> wish.id().map(CommandId::value));
  }

  private Order order(Wish wish, Instant at) {
    return new Order(
        wish.id()
            .orElseGet(() -> CommandTimelines.mint(lastSequenceNumber(ctx) + 1, around.chance())),
        wish.type(),
        wish.payload(),
        wish.collapseKey(),
        wish.by(),
        at,
        at.plusSeconds(wish.expiresInSeconds()));
  }

  /** Those of the same key that are still queued; what was sent is beyond recall. */
  private List<DeviceEvent> collapsed(DeviceState state, Order newer) {
    return state.pending().queue().stream()
        .filter(p -> !p.wasSent() && newer.collapseKey().isPresent())
        .filter(p -> p.order().collapseKey().equals(newer.collapseKey()))
        .<DeviceEvent>map(p -> settled(p, Outcome.SUPERSEDED, Optional.empty()))
        .toList();
  }

  private Effect<DeviceEvent, DeviceState> acceptedBefore(
      DeviceState state, Enqueue c, RecentKeys.Used known) {
    return answer(
        c,
        state
            .pending()
            .find(known.id())
            .<Answer>map(p -> new Answer.Accepted(CommandTimelines.pending(id, p)))
            .orElseGet(() -> new Answer.AcceptedBefore(known.id())));
  }

  /** A command that no ack is awaited of may already be settled by the same commit. */
  private CommandView commandOf(DeviceState after, Order order) {
    return after
        .pending()
        .find(order.id())
        .map(p -> CommandTimelines.pending(id, p))
        .orElseGet(tidings::lastSettled);
  }

  private Effect<DeviceEvent, DeviceState> settle(DeviceState state, Acknowledge c) {
    return state
        .pending()
        .find(c.id())
        .filter(p -> counts(c, p))
        .map(
            p ->
                commit(
                    state,
                    List.of(settled(p, c.reaction().outcome(), c.reaction().error())),
                    link,
                    _ -> c.heard()))
        .orElseGet(() -> rest().thenRun(c::heard)); // acknowledged twice, or too late
  }

  /**
   * What is done is done, whoever says so. That it was not done may be said of an earlier attempt,
   * while a newer connection is at it.
   */
  private static boolean counts(Acknowledge c, Pending pending) {
    return pending
        .lastAttempt()
        .map(last -> c.reaction().isDone() || c.epoch() >= last.epoch())
        .orElse(false);
  }

  private Effect<DeviceEvent, DeviceState> cancel(DeviceState state, Cancel c) {
    var pending = state.pending().find(c.id());
    if (pending.isEmpty()) {
      return refuse(c, COMMAND_SETTLED);
    }
    var fact = settled(pending.get(), Outcome.CANCELLED, Optional.of("by " + c.by()));
    var answer = new Answer.Command(CommandTimelines.settled(id, pending.get(), fact));
    return commit(state, List.of(fact), c, _ -> answer);
  }

  private CommandSettled settled(Pending pending, Outcome outcome, Optional<String> reason) {
    long epoch = pending.lastAttempt().map(PendingCommands.Attempt::epoch).orElse(0L);
    return new CommandSettled(
        pending.order().id(), outcome, reason, Optional.empty(), epoch, now());
  }

  private Effect<DeviceEvent, DeviceState> await(DeviceState state, AwaitSettled c) {
    if (state.pending().find(c.id()).isEmpty()) {
      return refuse(c, COMMAND_SETTLED); // the history knows how
    }
    tidings.await(c.id(), c.replyTo());
    return ignore();
  }

  // ── who it is ──

  private Effect<DeviceEvent, DeviceState> register(DeviceState state, Register c) {
    var facts = new ArrayList<DeviceEvent>();
    facts.add(new Registered(c.org(), c.name().orElse(id.value()), c.by(), now()));
    if (!c.tags().isEmpty()) {
      facts.add(new Tagged(c.tags(), c.by(), now()));
    }
    return commit(state, facts, c, after -> new Answer.Created(view(after)));
  }

  private Effect<DeviceEvent, DeviceState> amend(DeviceState state, Amend c) {
    var facts = Amendments.to(state.profile().orElseThrow(), c, now());
    return commit(state, facts, c, after -> new Answer.Described(view(after)));
  }

  private Effect<DeviceEvent, DeviceState> issue(DeviceState state, IssueToken c) {
    return state.credentials().isFull(now())
        ? refuse(c, TOO_MANY_TOKENS)
        : commit(
            state,
            List.of(new TokenIssued(c.hash(), c.expiresAt(), c.by(), now())),
            c,
            _ -> new Answer.Done());
  }

  private Effect<DeviceEvent, DeviceState> revoke(DeviceState state, RevokeTokens c) {
    var facts = new ArrayList<DeviceEvent>();
    facts.add(new TokenRevoked(c.by(), now()));
    facts.addAll(departure(state));
    return commit(
        state,
        facts,
        c,
        _ -> {
          admission.forget();
          dismiss(new ToSession.Goodbye(REVOKED, Optional.of(c.reason())));
          return new Answer.Done();
        });
  }

  private Effect<DeviceEvent, DeviceState> retire(DeviceState state, Retire c) {
    var facts = new ArrayList<DeviceEvent>();
    state
        .pending()
        .queue()
        .forEach(p -> facts.add(settled(p, Outcome.CANCELLED, Optional.of("retired"))));
    facts.add(new WasRetired(c.by(), now()));
    return commit(
        state,
        facts,
        c,
        _ -> {
          dismiss(new ToSession.Goodbye(REVOKED, Optional.of("deleted")));
          return new Answer.Done();
        });
  }

  /** Its socket is about to be ended by us: nothing more will be heard of that connection. */
  private List<DeviceEvent> departure(DeviceState state) {
    return state.status() instanceof Online s
        ? List.of(away(state, s, AwayReason.GOODBYE))
        : List.of();
  }

  /** Whom we sent away ourselves has the time of a deploy on top. */
  private WentAway away(DeviceState state, Online status, AwayReason reason) {
    var who = state.profile().orElseThrow();
    var grace = around.grace().graceOf(id, who.org(), who.tags());
    var at = now();
    var deadline = at.plus(reason == AwayReason.DRAINED ? grace.multipliedBy(2) : grace);
    return new WentAway(status.epoch(), reason, deadline, at);
  }

  private Effect<DeviceEvent, DeviceState> identify(DeviceState state, Identify c) {
    return restRefused()
        .thenRun(
            _ ->
                c.replyTo()
                    .tell(
                        isUnknown(state)
                            ? new Answer.No(DEVICE_NOT_FOUND)
                            : new Answer.Described(view(state))));
  }

  // ── answers ──

  private Effect<DeviceEvent, DeviceState> describe(DeviceState state, Request c) {
    Answer answer =
        switch (c) {
          case DescribeCommand d ->
              state
                  .pending()
                  .find(d.id())
                  .<Answer>map(p -> new Answer.Command(CommandTimelines.pending(id, p)))
                  .orElseGet(() -> new Answer.No(COMMAND_NOT_FOUND));
          case ListPending _ ->
              new Answer.Pending(
                  state.pending().queue().stream()
                      .map(p -> CommandTimelines.pending(id, p))
                      .toList());
          default -> new Answer.Described(view(state));
        };
    return answer(c, answer);
  }

  private Effect<DeviceEvent, DeviceState> done(Request c) {
    return answer(c, new Answer.Done());
  }

  private Effect<DeviceEvent, DeviceState> refuse(Request c, Refusal why) {
    return restRefused().thenRun(_ -> c.replyTo().tell(new Answer.No(why)));
  }

  private Effect<DeviceEvent, DeviceState> answer(Request c, Answer answer) {
    return rest().thenRun(_ -> c.replyTo().tell(answer));
  }

  // ── from facts to deeds ──

  private Effect<DeviceEvent, DeviceState> commit(DeviceState state, DeviceEvent... facts) {
    return commit(state, List.of(facts), link, _ -> {});
  }

  private Effect<DeviceEvent, DeviceState> commit(
      DeviceState state, List<DeviceEvent> facts, Request c, Function<DeviceState, Answer> answer) {
    failure = () -> c.replyTo().tell(new Answer.No(JOURNAL_UNAVAILABLE));
    return commit(state, facts, link, after -> c.replyTo().tell(answer.apply(after)));
  }

  /**
   * Journals the facts together with what they make due, in one write, and tells everybody after.
   * Nothing is told that was not written.
   */
  private EffectBuilder<DeviceEvent, DeviceState> commit(
      DeviceState state,
      List<DeviceEvent> facts,
      Optional<Link> owner,
      Consumer<DeviceState> deed) {
    var then = facts.stream().reduce(state, DeviceState::after, (_, last) -> last);
    var due =
        Delivery.plan(then.pending(), receiver(then, owner), now(), around.settings()).events();
    var all = new ArrayList<>(facts);
    all.addAll(due);
    if (all.isEmpty()) {
      return Effect()
          .none()
          .thenRun(
              after -> {
                failure = NOBODY_WAITS;
                deed.accept(after);
                arm(after);
              });
    }
    return Effect()
        .persist(all)
        .thenRun(
            after -> {
              failure = NOBODY_WAITS;
              tidings.settled(state, all);
              deed.accept(after);
              tidings.tell(state, all, after, lastSequenceNumber(ctx), link);
              arm(after);
            });
  }

  private Effect<DeviceEvent, DeviceState> ignore() {
    return Effect().none();
  }

  /** As {@link #ignore}, for those who may have woken a device that has nothing to do. */
  private EffectBuilder<DeviceEvent, DeviceState> rest() {
    return Effect().<DeviceState>none().thenRun(clocks::armIdle);
  }

  /** As {@link #rest}: names that nobody registered must not fill the node with actors. */
  private EffectBuilder<DeviceEvent, DeviceState> restRefused() {
    return Effect()
        .<DeviceState>none()
        .thenRun(
            state -> {
              if (isUnknown(state)) {
                askForSleep(state);
              } else {
                clocks.armIdle(state);
              }
            });
  }

  private Effect<DeviceEvent, DeviceState> askForSleep(DeviceState state) {
    if (DeviceClocks.hasNothingToDo(state)) {
      shard.tell(new ClusterSharding.Passivate<>(ctx.getSelf()));
    }
    return ignore();
  }

  private void arm(DeviceState state) {
    var receiver = receiver(state, link);
    clocks.arm(state, link, receiver);
    clocks.armRegistry(state, link, around);
    content.arm(receiver);
    if (!(state.status() instanceof Online)) {
      state
          .pending()
          .lastEndOfThoseThatLiveFor(UrgentDevices.LIFE_MAX)
          .ifPresent(until -> around.urgency().wanted(id, until));
    }
  }

  private DeviceView view(DeviceState state) {
    return tidings.view(state, lastSequenceNumber(ctx));
  }

  private Instant now() {
    return around.clock().instant();
  }

  // ── what is known of the moment, never persisted ──

  private Optional<Link> link = Optional.empty();

  /** The last that has asked to be let in, of those a registry is asked about. */
  private Optional<ActorRef<ToSession>> newestKnock = Optional.empty();

  /** The present connection was given a new token. */
  private boolean isRenewed;

  private final Admission admission = new Admission();

  /** What to do when the journal refuses the write in progress. */
  private Runnable failure = NOBODY_WAITS;

  private static final Runnable NOBODY_WAITS = () -> {};

  private final DeviceId id;
  private final Surroundings around;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final ActorContext<DeviceCommand> ctx;
  private final DeviceClocks clocks;
  private final Tidings tidings;
  private final DeviceContent content;

  private Device(
      DeviceId id,
      Surroundings around,
      ActorRef<ClusterSharding.ShardCommand> shard,
      ActorContext<DeviceCommand> ctx,
      TimerScheduler<DeviceCommand> timers) {
    super(
        PersistenceId.of(KEY.name(), id.value()),
        // A journal that is away must not be stormed by every device that wants to write.
        // It is told once for the node, by the probe, and not by each of its devices.
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(500), Duration.ofSeconds(10), 0.3)
            .withLoggingEnabled(false));
    this.id = id;
    this.around = around;
    this.shard = shard;
    this.ctx = ctx;
    this.clocks = new DeviceClocks(timers, around.settings(), around.clock());
    this.tidings = new Tidings(id, around);
    this.content = new DeviceContent(id, around, ctx, timers);
  }

  // ── what Pekko asks ──

  @Override
  public DeviceState emptyState() {
    return DeviceState.NEW;
  }

  @Override
  public CommandHandler<DeviceCommand, DeviceEvent, DeviceState> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<DeviceState, DeviceEvent> eventHandler() {
    return DeviceState::after;
  }

  @Override
  public SignalHandler<DeviceState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::wakeUp)
        .onSignal(PreRestart.instance(), _ -> tellFailure())
        .onSignal(PostStop.instance(), _ -> tellFailure())
        .build();
  }

  /**
   * The journal knows more than we do: a write that seemed to fail may have been done. What was
   * known of the moment is learned again from the next heartbeat.
   */
  private void wakeUp(DeviceState state) {
    link = Optional.empty();
    clocks.found();
    content.forget();
    tidings.forgetAskersOf(command -> state.pending().find(command).isEmpty());
    state.profile().ifPresent(who -> around.hints().pending(id, who.org(), state.pending().size()));
    arm(state);
    // A failed write of several events leaves a late failure in front of what has waited meanwhile;
    // Pekko goes on to those only after one more message.
    ctx.getSelf().tell(new Wake());
  }

  private void tellFailure() {
    failure.run();
    failure = NOBODY_WAITS;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(100, 2);
  }

  @Override
  public Set<String> tagsFor(DeviceEvent event) {
    return event.changesTheView() ? DeviceTags.of(id) : Set.of();
  }
}
