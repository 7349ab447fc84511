package io.muster.http.api;

import io.muster.actors.Telemetry.Surface;

/** Which part of the API a path belongs to, whoever it names. */
final class Surfaces {
  private static final String API = "/api/";
  private static final String V1 = "/api/v1/";

  private Surfaces() {}

  static Surface of(String path) {
    if (path.startsWith(V1)) {
      return ofV1(path.substring(V1.length()).split("/", 4));
    }
    if (path.startsWith(API)) {
      return ofApi(path.substring(API.length()));
    }
    return switch (path.split("/", 3).length > 1 ? path.split("/", 3)[1] : "") {
      case "health" -> Surface.HEALTH;
      case "metrics" -> Surface.METRICS;
      case "screenshots" -> Surface.SCREENSHOTS;
      case "openapi.json", "asyncapi.json" -> Surface.DOCUMENTS;
      case "", "console", "webjars" -> Surface.CONSOLE;
      default -> Surface.OTHER;
    };
  }

  /** Those of existing back ends. */
  private static Surface ofApi(String path) {
    if (path.equals("internal/metrics")) {
      return Surface.METRICS;
    }
    return switch (path.split("/", 2)[0]) {
      case "push", "internal", "commands", "notifications" -> Surface.BACK_END;
      case "health", "status" -> Surface.HEALTH;
      default -> Surface.OTHER;
    };
  }

  private static Surface ofV1(String[] words) {
    return switch (words[0]) {
      case "commands" -> Surface.BATCHES;
      case "statistics" -> Surface.STATISTICS;
      case "sessions" -> Surface.SESSIONS;
      case "cluster" -> Surface.CLUSTER;
      case "devices" -> {
        var device = words.length > 1 ? words[1] : "";
        var part = words.length > 2 ? words[2] : "";
        yield switch (device) {
          case "pairing", "auth" -> Surface.PAIRING;
          default ->
              switch (part) {
                case "commands" -> Surface.COMMANDS;
                case "screenshots" -> Surface.SCREENSHOTS;
                default -> Surface.DEVICES;
              };
        };
      }
      case "outages", "notifications", "grace-rules" -> Surface.NOTIFICATIONS;
      default -> Surface.OTHER;
    };
  }
}
