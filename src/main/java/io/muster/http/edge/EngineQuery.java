package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The query of an Engine.IO request.
 *
 * @param sid empty text counts as none
 * @param base64 the client of this transport cannot take binary
 * @param others what the application added, the last duplicate winning
 */
record EngineQuery(
    Optional<Transport> transport,
    Optional<String> sid,
    boolean supported,
    boolean base64,
    Map<String, String> others) {
  private static final int PARAMETERS_MAX = 64;
  private static final Set<String> OURS = Set.of("EIO", "transport", "sid", "t", "b64", "j");

  enum Transport {
    POLLING,
    WEBSOCKET
  }

  /**
   * @throws IllegalArgumentException when it is not a query at all
   */
  static EngineQuery of(String uri) {
    var all = new QueryStringDecoder(uri, UTF_8, true, PARAMETERS_MAX).parameters();
    Map<String, String> others = Map.of();
    for (var parameter : all.entrySet()) {
      if (!OURS.contains(parameter.getKey())) {
        if (others.isEmpty()) {
          others = new HashMap<>(4);
        }
        others.put(parameter.getKey(), parameter.getValue().getLast());
      }
    }
    return new EngineQuery(
        transport(last(all, "transport")),
        Optional.of(last(all, "sid")).filter(sid -> !sid.isEmpty()),
        last(all, "EIO").equals("4"),
        last(all, "b64").equals("1"),
        others.isEmpty() ? Map.of() : Map.copyOf(others));
  }

  private static String last(Map<String, List<String>> all, String name) {
    List<String> values = all.get(name);
    return values == null ? "" : values.getLast();
  }

  private static Optional<Transport> transport(String name) {
    return switch (name) {
      case "polling" -> Optional.of(Transport.POLLING);
      case "websocket" -> Optional.of(Transport.WEBSOCKET);
      default -> Optional.empty();
    };
  }
}
