package io.muster.actors.screen;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * For a storage that has no server of its own: what our HTTP routes need to serve the addresses it
 * has given out. Nothing is read or written before the signature has been checked.
 */
public interface OwnFiles {

  /** Where such addresses begin, behind the host. */
  String PATH = "screenshots";

  /**
   * What stands in an address.
   *
   * @param key what follows {@code /}
   * @param expires in seconds since 1970
   */
  record Permit(String key, String expires, String signature) {}

  /** Empty without a good permit, and when there is no such file. */
  CompletionStage<Optional<Served>> read(Permit permit, Instant now);

  /** Writes the file, if the permit is for exactly this type and length. */
  CompletionStage<Boolean> write(Permit permit, String mediaType, byte[] bytes, Instant now);

  record Served(ImageType type, byte[] bytes) {}
}
