package io.muster.actors.content;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where the content of devices comes from: pushed by a back end, or worked out from the tables of a
 * CMS. Everything that is told to a device about its content comes through here.
 */
public interface ContentSource {

  /** The effective content at this moment. Fails when it cannot be known; never "nothing" then. */
  CompletionStage<Effective> resolve(DeviceId id, OrgId org);

  /** Content may change without anybody telling the device: by the clock, or in others' tables. */
  boolean changesByItself();

  /**
   * @param content empty when nothing is assigned, or what is assigned is beyond what devices can
   *     be given: the device keeps what it has
   * @param until when the clock may change it, such as the start or end of a schedule
   */
  record Effective(Optional<Content> content, Optional<Instant> until) {
    public static final Effective NOTHING = new Effective(Optional.empty(), Optional.empty());
  }
}
