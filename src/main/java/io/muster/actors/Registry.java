package io.muster.actors;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Who is a device, where that is decided outside: in the rows of a CMS. Where there is none, the
 * device's own journal decides.
 */
public interface Registry {

  /** The device's row, or that there is none. Fails when that cannot be known. */
  CompletionStage<Optional<Entry>> find(DeviceId id);

  /**
   * The device has shown the newer token: it becomes the stored one, unless another has meanwhile
   * taken the place of the former. True when the stored one is {@code hash} afterwards.
   *
   * @param former and {@code hash}: SHA-256 in hex
   */
  CompletionStage<Boolean> tokenUsed(DeviceId id, OrgId org, String former, String hash);

  /**
   * @param tokenHash of the token that is current, SHA-256 in hex
   * @param qrOverlay one JSON object for the device's {@code config}
   */
  record Entry(
      OrgId org,
      String name,
      boolean disabled,
      Optional<String> tokenHash,
      Optional<String> qrOverlay) {}
}
