package io.muster.actors;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.notify.GraceRulebook.Changed;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EveryNodeTest {
  private final ActorTestKit kit =
      ActorTestKit.create(ConfigFactory.parseString("pekko.loglevel = OFF"));
  private final AtomicInteger heard = new AtomicInteger();
  private final EveryNode<Changed> nodes =
      EveryNode.listening(
          kit.system(),
          "ears",
          Changed.class,
          DispatcherSelector.defaultDispatcher(),
          _ -> {
            if (heard.incrementAndGet() == 1) {
              throw new IllegalStateException("broken");
            }
          },
          () -> {});

  @AfterEach
  void close() {
    kit.shutdownTestKit();
  }

  @Test
  void what_cannot_be_heard_makes_no_node_deaf() {
    nodes.tell(new Changed());
    nodes.tell(new Changed());
    nodes.tellHere(new Changed());
    eventually("heard", () -> heard.get() == 3);
  }

  @Test
  void a_node_is_alone_before_others_are_known() {
    assertTrue(nodes.isAlone());
  }
}
