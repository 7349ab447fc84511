package io.muster.torture;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.torture.Fact.Came;
import io.muster.torture.Fact.Did;
import io.muster.torture.Fact.Left;
import io.muster.torture.Fact.SentAway;
import io.muster.torture.Fact.Vanished;
import java.util.HashSet;
import java.util.Set;

/** A device that does each command once, however often it comes. */
final class Player extends Line {
  private static final String HEARTBEAT = "{\"event\":\"heartbeat\",\"data\":{},\"id\":1}";
  private static final int TERMINAL_MIN = 4_000;
  private static final int TERMINAL_MAX = 4_008;

  private final String id;
  private final History history;
  private final Set<String> done = new HashSet<>();
  private long deliveries;
  private boolean isIn;

  Player(Clients clients, String id, History history) {
    super(clients, "/ws/device", clients.deviceToken(id));
    this.id = id;
    this.history = history;
  }

  String id() {
    return id;
  }

  @Override
  void heard(JsonNode message, Talk talk) {
    switch (message.path("event").asText()) {
      case "config" -> {
        if (!isIn) {
          isIn = true;
          history.add(new Came(id, talk.node(), History.now()));
        }
      }
      case "command" -> {
        deliveries++;
        var command = message.path("data").path("commandId").asText();
        if (done.add(command)) {
          history.add(new Did(id, command, History.now()));
        }
        talk.say("{\"ack\":%s,\"data\":{\"ok\":true}}".formatted(message.path("id")));
      }
      default -> {}
    }
  }

  @Override
  void ended(int code) {
    if (isIn) {
      isIn = false;
      history.add(new Left(id, History.now()));
    }
    if (code >= TERMINAL_MIN && code <= TERMINAL_MAX) {
      history.add(new SentAway(id, code, History.now()));
    }
  }

  @Override
  void beat(Talk talk) {
    talk.say(HEARTBEAT);
  }

  /** The plug is pulled, for ever. */
  synchronized void vanish() {
    close();
    history.add(new Vanished(id, History.now()));
  }

  synchronized boolean isIn() {
    return isIn;
  }

  /** Redelivered ones included. */
  synchronized long deliveries() {
    return deliveries;
  }
}
