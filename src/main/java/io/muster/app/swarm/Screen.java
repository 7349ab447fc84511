package io.muster.app.swarm;

/**
 * One named device of a demonstration.
 *
 * @param kind which shipped player it behaves like
 * @param restless it loses its connection now and then
 */
public record Screen(
    String id, String organizationId, String name, Kind kind, String appVersion, boolean restless) {

  /** The players differ in what a heartbeat holds and in the commands they know. */
  public enum Kind {
    TV,
    ELECTRON,
    BROWSER
  }
}
