package io.muster.actors;

import java.util.Optional;

/**
 * What a device said of its screen in its last heartbeat. A heartbeat says all of it: what is
 * missing there is not so any more.
 *
 * @param contentId what plays, at most 128 characters
 * @param playlistId from where, at most 128 characters
 * @param screenState a word of the client, such as {@code playing}; at most 32 characters
 * @param playbackSource a word of the client, such as {@code cached}; at most 32 characters
 * @param contentVersion of what it has applied, at most 64 characters; empty text when it knows
 *     versions and has applied nothing yet
 */
public record Showing(
    Optional<String> contentId,
    Optional<String> playlistId,
    Optional<String> screenState,
    Optional<String> playbackSource,
    Optional<String> contentVersion) {
  public static final Showing NOTHING =
      new Showing(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
