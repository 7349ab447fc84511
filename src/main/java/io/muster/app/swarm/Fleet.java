package io.muster.app.swarm;

import java.time.Clock;
import java.util.List;

/**
 * Named devices that look alive, on real sockets: the fleet of the demonstration. They come back
 * from whatever happens to the gateway, as the shipped players do. Thread-safe.
 */
public final class Fleet implements AutoCloseable {
  // A handful of devices a second looks like a morning, not like an attack.
  private static final double CONNECTS_PER_SECOND = 10;
  private static final int IN_FLIGHT = 10;

  private final Swarm swarm;

  private Fleet(Swarm swarm) {
    this.swarm = swarm;
  }

  /**
   * Begins to connect and returns at once.
   *
   * @param url the gateway, such as {@code http://127.0.0.1:3002}
   * @param deviceSecret what the gateway verifies device tokens with; at least 32 bytes
   * @throws IllegalArgumentException when the address or the secret is unusable
   */
  public static Fleet start(String url, List<Screen> screens, String deviceSecret) {
    var tokens = new Tokens(deviceSecret, Clock.systemUTC());
    var personas =
        screens.stream()
            .map(
                screen ->
                    new LivelyScreen(screen, tokens.device(screen.id(), screen.organizationId())))
            .toList();
    var pace = new Pace(CONNECTS_PER_SECOND, IN_FLIGHT, Pace.PLAYERS_HEARTBEAT, 0);
    var swarm = new Swarm(Target.of(url), pace);
    swarm.start(personas);
    return new Fleet(swarm);
  }

  /** How many of them are connected at this moment. */
  public int connected() {
    return swarm.on(() -> swarm.tally().connected);
  }

  /** Drops all connections without a goodbye, within 3 s. */
  @Override
  public void close() {
    swarm.close();
  }
}
