package io.muster.actors.device;

import io.muster.actors.DeviceView;
import io.muster.actors.GraceRecords;
import io.muster.actors.Registry;
import io.muster.actors.Tenants;
import io.muster.actors.TokenIssuer;
import io.muster.actors.Transitions;
import io.muster.actors.content.ContentSource;
import java.time.Duration;
import java.util.Optional;

/**
 * What is decided or kept outside of the devices.
 *
 * @param registry absent where a device's own journal says who it is
 */
public record Outside(
    ContentSource content,
    Optional<Registry> registry,
    Tenants tenants,
    GraceRecords grace,
    TokenIssuer tokens,
    Transitions transitions,
    Times times) {

  /**
   * @param content a connected device looks at its source again after so long, where content
   *     changes by itself
   * @param registry a connected device's row is read again after so long
   * @param renewWithin a token is renewed when it has at most so long to live
   * @param renewCooldown and at most once in so long
   */
  public record Times(
      Duration content, Duration registry, Duration renewWithin, Duration renewCooldown) {}

  /** For those who keep nothing elsewhere. */
  public static final Transitions UNTOLD =
      new Transitions() {
        @Override
        public void changed(DeviceView device) {}

        @Override
        public void missing(DeviceView device) {}
      };
}
