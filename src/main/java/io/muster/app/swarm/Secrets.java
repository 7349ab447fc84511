package io.muster.app.swarm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** Where the secrets of tokens are found when nobody gives them. */
final class Secrets {
  static final String OF_DEVICES = "DEVICE_JWT_SECRET";
  static final String OF_USERS = "JWT_SECRET";

  private Secrets() {}

  /**
   * From the environment, else what a gateway in development mode generated into its data
   * directory.
   */
  static Optional<String> find(String name, Map<String, String> environment) {
    var folder = environment.getOrDefault("MUSTER_DATA_DIR", "data");
    return Optional.ofNullable(environment.get(name))
        .or(() -> generated(name, Path.of(folder, "secrets.properties")));
  }

  private static Optional<String> generated(String name, Path file) {
    var secrets = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      secrets.load(reader);
      return Optional.ofNullable(secrets.getProperty(name));
    } catch (IOException absent) {
      return Optional.empty();
    }
  }
}
