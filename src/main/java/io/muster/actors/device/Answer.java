package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeviceView;
import io.muster.actors.Refusal;
import io.muster.actors.Wire;
import java.util.List;

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

  record No(Refusal why) implements Answer {}
}
