package io.muster.app.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.Unpooled;
import java.util.HashSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LivelyScreenTest {

  private static LivelyScreen screen(Screen.Kind kind) {
    return new LivelyScreen(new Screen("s-1", "acme", "Screen", kind, "2.4.1", false), "token");
  }

  private static Persona.Answer asked(Screen.Kind kind, String type) {
    var event = "[\"command\",{\"type\":\"%s\",\"commandId\":\"c\"}]".formatted(type);
    return screen(kind).answer(Unpooled.wrappedBuffer(Payloads.utf8(event)));
  }

  private static JsonNode beat(LivelyScreen screen) {
    return Json.read(Unpooled.wrappedBuffer(screen.heartbeat())).path(1);
  }

  @Nested
  class A_command {
    @ParameterizedTest
    @ValueSource(strings = {"reboot", "update", "screenshot"})
    void a_television_does_not_know_is_answered_unsupported(String type) {
      assertArrayEquals(Payloads.UNSUPPORTED, asked(Screen.Kind.TV, type).body());
    }

    @Test
    void that_restarts_the_player_ends_its_connection_after_the_ack() {
      assertTrue(asked(Screen.Kind.ELECTRON, "restart").startsAnew());
      assertFalse(asked(Screen.Kind.ELECTRON, "clear_cache").startsAnew());
    }

    @Test
    void takes_a_moment() {
      long millis = asked(Screen.Kind.BROWSER, "reload").after().toMillis();

      assertTrue(millis >= 300 && millis <= 2000, () -> millis + " ms");
    }
  }

  @Nested
  class A_heartbeat {
    @ParameterizedTest
    @EnumSource(Screen.Kind.class)
    void shows_a_load_that_wanders_within_bounds(Screen.Kind kind) {
      var screen = screen(kind);
      var loads = new HashSet<Double>();
      for (int i = 0; i < 200; i++) {
        double cpu = beat(screen).path("metrics").path("cpuUsage").asDouble(-1);
        assertTrue(cpu >= 0 && cpu <= 100, () -> "cpu " + cpu);
        loads.add(cpu);
      }
      assertTrue(loads.size() > 20, "it wanders");
    }

    @Test
    void has_the_shape_of_each_player() {
      assertTrue(beat(screen(Screen.Kind.TV)).path("currentContent").path("contentId").isTextual());
      assertTrue(beat(screen(Screen.Kind.ELECTRON)).path("currentContent").isNull());
      assertTrue(beat(screen(Screen.Kind.BROWSER)).path("currentContent").isTextual());
    }
  }

  @Nested
  class The_demonstration {
    @Test
    void has_25_screens_of_two_organisations_with_an_id_each() {
      var all = DemoScreens.all();

      assertEquals(25, all.stream().map(Screen::id).distinct().count());
      assertEquals(2, all.stream().map(Screen::organizationId).collect(Collectors.toSet()).size());
    }
  }
}
