package io.muster.actors.content;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.util.concurrent.CompletionStage;

/** Content that a back end hands over, one playlist for each device. Kept until it is replaced. */
public interface PushedContents {

  /**
   * Keeps the playlist as the device's content; {@code changedAt} rises only when it differs from
   * what is kept. Complete when it is durable.
   *
   * @param playlist a raw playlist; what is not on the allow-list is dropped
   * @throws IllegalArgumentException (in the stage) when it is no playlist
   */
  CompletionStage<Void> put(DeviceId id, OrgId org, JsonNode playlist);

  /** Nothing is assigned any more. */
  CompletionStage<Void> remove(DeviceId id, OrgId org);
}
