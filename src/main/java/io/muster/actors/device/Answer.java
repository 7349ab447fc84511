package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeviceView;
import io.muster.actors.Refusal;
import io.muster.actors.Wire;
import io.muster.actors.content.Desired;
import java.util.List;
import java.util.Optional;

/** What a device says to whoever asked. */
public sealed interface Answer extends Wire {

  record Described(DeviceView device) implements Answer {}

  record Created(DeviceView device) implements Answer {}

  record Done() implements Answer {}

  /** Journalled; it will be carried out or its end be told, come what may. */
  record Accepted(CommandView command) implements Answer {}

  /**
   * The same request was accepted before, and its command has settled meanwhile: the history knows
   * it.
   */
  record AcceptedBefore(CommandId id) implements Answer {}

  record Command(CommandView command) implements Answer {}

  record Pending(List<CommandView> commands) implements Answer {}

  /** What came of bringing content to the client so far. */
  record Shown(ContentOutcome outcome) implements Answer {}

  /** Empty when nothing is assigned. */
  record ContentIs(Optional<Desired> content) implements Answer {}

  enum ContentOutcome {
    /** The client has acknowledged this version, now or before. */
    DELIVERED,
    /** Sent to a client that does not acknowledge. */
    UNCONFIRMED,
    /** The device is not connected; it gets the content when it comes. */
    NO_SOCKETS,
    /** No acknowledgement yet; the content is sent again until there is one. */
    ACK_TIMEOUT,
    /** The client refuses it; it is sent again later. */
    NEGATIVE_ACK,
    /** Nothing is assigned. */
    NOTHING
  }

  record No(Refusal why) implements Answer {}
}
