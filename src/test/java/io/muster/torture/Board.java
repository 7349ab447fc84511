package io.muster.torture;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.auth.Role;
import io.muster.torture.Fact.Shown;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A dashboard that keeps what it is told, and begins anew with each connection. */
final class Board extends Line {
  private static final String PING = "{\"event\":\"ping\",\"data\":{},\"id\":1}";

  private final String name;
  private final Map<String, Shown> shown = new HashMap<>();

  Board(Clients clients, String name) {
    super(clients, "/ws/dashboard", clients.userToken(Role.VIEWER));
    this.name = name;
  }

  @Override
  void heard(JsonNode message, Talk talk) {
    switch (message.path("event").asText()) {
      case "picture" -> message.path("data").path("devices").forEach(this::keep);
      case "device" -> keep(message.path("data"));
      default -> {}
    }
  }

  private void keep(JsonNode device) {
    var one =
        new Shown(
            name,
            device.path("id").asText(),
            device.path("status").asText(),
            device.path("epoch").asLong(),
            device.path("seq").asLong());
    shown.merge(one.device(), one, (old, next) -> isOlder(next, old) ? old : next);
  }

  private static boolean isOlder(Shown one, Shown other) {
    return one.epoch() != other.epoch() ? one.epoch() < other.epoch() : one.seq() < other.seq();
  }

  @Override
  void ended(int code) {
    shown.clear();
  }

  @Override
  void beat(Talk talk) {
    talk.say(PING);
  }

  synchronized List<Shown> shown() {
    return List.copyOf(shown.values());
  }
}
