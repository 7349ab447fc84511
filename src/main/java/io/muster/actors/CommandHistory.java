package io.muster.actors;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Timelines of commands, settled ones included, read from the journal of their device. */
public interface CommandHistory {

  CompletionStage<Optional<CommandView>> find(DeviceId device, CommandId id);

  /**
   * A device's commands, newest first.
   *
   * @param size 1 to 200
   * @throws IllegalArgumentException (in the stage) for a token that no page has given
   */
  CompletionStage<Page<CommandView>> newestFirst(DeviceId device, int size, Optional<String> token);
}
