package io.muster.actors.content;

import java.time.Instant;

/**
 * What a device shall show at a moment, as its source has it.
 *
 * @param playlistId 1 to 128 characters
 * @param changedAt the latest change of anything that went into it, in whole milliseconds; the
 *     version on the wire follows it and never falls
 * @param playlist the playlist as clients read it: one JSON object in the form of {@link
 *     PlaylistJson}
 */
public record Content(String playlistId, Origin origin, Instant changedAt, String playlist) {

  public enum Origin {
    SCHEDULE("schedule"),
    CURRENT_PLAYLIST("currentPlaylist");

    private final String word;

    Origin(String word) {
      this.word = word;
    }

    /** As it is on the wire, in the field {@code source}. */
    public String word() {
      return word;
    }
  }
}
