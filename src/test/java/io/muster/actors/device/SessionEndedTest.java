package io.muster.actors.device;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.device.DeviceCommand.SessionEnded;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SessionEndedTest {
  @Test
  void keeps_its_reason_on_the_way_to_another_node() {
    var kit =
        ActorTestKit.create(
            ConfigFactory.parseString(
                    """
                    pekko.loglevel = OFF
                    pekko.actor.serialization-bindings { "io.muster.actors.Wire" = jackson-cbor }
                    """)
                .withFallback(ConfigFactory.defaultReference()));
    try {
      kit.serializationTestKit()
          .verifySerialization(new SessionEnded(7, AwayReason.DRAINED, Optional.empty()), true);
    } finally {
      kit.shutdownTestKit();
    }
  }
}
