package io.muster.actors.content;

import io.muster.actors.Wire;

/**
 * What a device shall show, under the version by which it knows it: the same on push, pull, request
 * and reconcile.
 *
 * @param version ISO-8601 UTC with milliseconds, 24 characters; strictly increasing per playlist
 * @param playlist one JSON object
 */
public record Desired(String playlistId, String source, String version, String playlist)
    implements Wire {

  /** By which it is known, without its text. */
  public record Key(String playlistId, String version) {}

  public Key key() {
    return new Key(playlistId, version);
  }

  /** Showing one is showing the other. */
  public boolean isSame(Desired other) {
    return playlistId.equals(other.playlistId) && version.equals(other.version);
  }
}
