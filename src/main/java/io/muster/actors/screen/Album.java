package io.muster.actors.screen;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What is known of the last screenshots of each device. Stages fail while the store is away. */
public interface Album {

  /**
   * Adds one. The oldest beyond {@code keep} leave the album.
   *
   * @param keep at least 1
   * @return those that have left; their files are the caller's to delete
   */
  CompletionStage<List<ScreenshotKey>> add(Shot shot, int keep);

  /** Newest first; empty for a device of another organisation. */
  CompletionStage<List<Shot>> of(OrgId org, DeviceId device);
}
