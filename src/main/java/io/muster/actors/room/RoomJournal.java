package io.muster.actors.room;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What has happened in rooms and is not in their memory any more. */
@FunctionalInterface
public interface RoomJournal {

  /**
   * In order, without holes from the first that is kept. Fails when the journal cannot be read.
   *
   * @param after a number, exclusive
   * @param limit at most so many
   * @param since those before are not kept any more
   */
  CompletionStage<List<RoomEvent>> read(RoomId room, long after, int limit, Instant since);
}
