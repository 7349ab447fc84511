package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.GraceRecords;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.Registry;
import io.muster.actors.Wire;
import io.muster.actors.content.ContentSource.Effective;
import io.muster.actors.content.Desired;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;
import org.apache.pekko.actor.typed.ActorRef;

/** Everything one may ask of a device: its sessions, people, and its own clocks. */
public sealed interface DeviceCommand {

  /** It may come from another node. */
  sealed interface FromOutside extends DeviceCommand, Wire {}

  /** The device says it to itself; it never leaves its node. */
  sealed interface Own extends DeviceCommand {}

  // ── sessions speak of one connection ──

  /**
   * A client with a verified token wants to own the device. Answered by {@link ToSession.Welcome}
   * or a goodbye.
   *
   * @param giveUpAt the session waits no longer; a device that comes to it later does nothing
   */
  record Connect(OrgId org, Link link, Instant giveUpAt) implements FromOutside {
    Proof proof() {
      return link.proof();
    }
  }

  /**
   * Carries its link, so that a device that has restarted or moved finds its socket again.
   *
   * @param contentVersion what the client says it shows; the empty text is that it shows nothing
   */
  record Heartbeat(Link link, long token, Optional<String> contentVersion) implements FromOutside {}

  /**
   * @param replyTo answered by {@link Answer.Done} when it is journalled, or was no news
   */
  record SessionEnded(long epoch, AwayReason reason, Optional<ActorRef<Answer>> replyTo)
      implements FromOutside {
    public SessionEnded(long epoch) {
      this(epoch, AwayReason.GOODBYE, Optional.empty());
    }

    void heard() {
      replyTo.ifPresent(whoever -> whoever.tell(new Answer.Done()));
    }
  }

  /**
   * @param epoch of the connection that brings it
   * @param replyTo as of {@link SessionEnded}
   */
  record Acknowledge(
      CommandId id, Reaction reaction, long epoch, Optional<ActorRef<Answer>> replyTo)
      implements FromOutside {
    public Acknowledge(CommandId id, Reaction reaction, long epoch) {
      this(id, reaction, epoch, Optional.empty());
    }

    void heard() {
      replyTo.ifPresent(whoever -> whoever.tell(new Answer.Done()));
    }
  }

  /** What the client answered to a playlist. */
  record ContentReaction(long epoch, String playlistId, String version, Reaction reaction)
      implements FromOutside {
    boolean isAbout(Desired content) {
      return content.playlistId().equals(playlistId) && content.version().equals(version);
    }
  }

  // ── the back end speaks of any device ──

  /**
   * Whose is it? Answered by {@link Answer.Described}, also for a device that has never come but is
   * in the registry.
   */
  record Identify(ActorRef<Answer> replyTo) implements FromOutside {}

  /** Its organisation is active again: content and commands that have waited may go. */
  record TenantResumed() implements FromOutside {}

  // ── people and other systems speak of a device of their organisation ──

  sealed interface Request extends FromOutside {
    OrgId org();

    ActorRef<Answer> replyTo();
  }

  record Register(
      OrgId org, Optional<String> name, SortedSet<String> tags, String by, ActorRef<Answer> replyTo)
      implements Request {}

  /** Absent parts stay as they are. */
  record Amend(
      OrgId org,
      Optional<String> name,
      Optional<SortedSet<String>> tags,
      Optional<Boolean> disabled,
      String by,
      ActorRef<Answer> replyTo)
      implements Request {}

  record IssueToken(OrgId org, String hash, Instant expiresAt, String by, ActorRef<Answer> replyTo)
      implements Request {}

  /**
   * @param reason told to the client in {@code device:revoked}
   */
  record RevokeTokens(OrgId org, String reason, String by, ActorRef<Answer> replyTo)
      implements Request {}

  /**
   * Would a client with this verified token be let in? {@link Answer.Done} when it would, also for
   * a device that nobody knows yet.
   */
  record CheckToken(OrgId org, Proof proof, ActorRef<Answer> replyTo) implements Request {}

  record Retire(OrgId org, String by, ActorRef<Answer> replyTo) implements Request {}

  record Describe(OrgId org, ActorRef<Answer> replyTo) implements Request {}

  record Enqueue(OrgId org, Wish wish, ActorRef<Answer> replyTo) implements Request {}

  /**
   * Its content may have changed: the device looks at its source and brings what is new to its
   * client. Answered by {@link Answer.Shown} when the client has acknowledged, when there is
   * nothing to wait for, or at {@code answerBy}; delivery goes on after that.
   */
  record ShowContent(OrgId org, Instant answerBy, ActorRef<Answer> replyTo) implements Request {}

  /** What it shall show, resolved at its source if that is due. {@link Answer.ContentIs}. */
  record DescribeContent(OrgId org, ActorRef<Answer> replyTo) implements Request {}

  /** Answered at once for a command that is pending. */
  record DescribeCommand(OrgId org, CommandId id, ActorRef<Answer> replyTo) implements Request {}

  /** Pending commands, oldest first. */
  record ListPending(OrgId org, ActorRef<Answer> replyTo) implements Request {}

  /** Answered when the command has settled; the asker's own patience is the limit. */
  record AwaitSettled(OrgId org, CommandId id, ActorRef<Answer> replyTo) implements Request {}

  record Cancel(OrgId org, CommandId id, String by, ActorRef<Answer> replyTo) implements Request {}

  // ── its own clocks; those of a connection carry the epoch they were started for ──

  record SilenceOver(long epoch) implements Own {}

  record TimeToTell(long epoch) implements Own {}

  record GraceOver(long epoch) implements Own {}

  record DeliveryDue() implements Own {}

  record NothingToDo() implements Own {}

  record ContentDue() implements Own {}

  record RegistryDue() implements Own {}

  // ── what it has asked for has come ──

  record ContentFound(Effective effective, long print) implements Own {}

  record ContentUnknown() implements Own {}

  /**
   * The registry was read because of a command, which can now be decided.
   *
   * @param reading by which {@link Admission} knows whether it began too early
   */
  record Consulted(DeviceCommand about, Optional<Registry.Entry> entry, int reading)
      implements Own {}

  /** Neither yes nor no: the registry or the grace records cannot be read. */
  record Unconsulted(DeviceCommand about) implements Own {}

  record GraceRead(DeviceCommand about, Proof proof, Optional<GraceRecords.Grace> grace)
      implements Own {}

  record RegistryCorrected(String hash, boolean isCurrent) implements Own {}

  /** From the watchman: waking up is all there is to do, recovery has armed the clocks. */
  record Wake() implements FromOutside {}

  /** From sharding: there is nothing left to wait for. */
  record Sleep() implements Own {}

  /**
   * One socket of a device as its actor knows it. A hint, never persisted.
   *
   * @param epoch of the connection, 0 until it is accepted
   * @param acknowledges the client said at its handshake that it acknowledges commands
   */
  record Link(
      long epoch, NodeId node, boolean acknowledges, Proof proof, ActorRef<ToSession> session)
      implements Wire {
    Link at(long accepted) {
      return new Link(accepted, node, acknowledges, proof, session);
    }
  }

  /**
   * What a client has shown of its token, whose signature holds.
   *
   * @param hash SHA-256 of the token, in hex
   * @param identifier what the device called itself when it was paired
   * @param isLapsed the token had expired at the handshake, but not long enough to be refused: the
   *     connection is good for a new token and for nothing else
   */
  record Proof(
      String hash,
      Instant issuedAt,
      Instant expiresAt,
      Optional<String> identifier,
      boolean isLapsed) {}

  /** What a client answered to a command. */
  record Reaction(Outcome outcome, Optional<String> error) {
    public static final Reaction DONE = new Reaction(Outcome.ACKNOWLEDGED, Optional.empty());

    boolean isDone() {
      return outcome == Outcome.ACKNOWLEDGED;
    }

    boolean isAccepted() {
      return outcome != Outcome.FAILED;
    }
  }

  /**
   * A command that somebody wants carried out.
   *
   * @param id given by systems that name their commands; otherwise the device mints one
   * @param expiresInSeconds 1 to 2,592,000 (30 days)
   * @param key the {@code Idempotency-Key}: a repeat gets the first command
   * @param giveUpAt nobody waits for the answer after that, so it is not accepted any more
   */
  record Wish(
      Optional<CommandId> id,
      String type,
      Optional<String> payload,
      Optional<String> collapseKey,
      long expiresInSeconds,
      String by,
      Optional<String> key,
      Optional<String> traceparent,
      Instant giveUpAt) {}
}
