package io.muster.app.swarm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** Where the secret of device tokens is found when nobody gives it. */
final class DeviceSecret {
  private static final String NAME = "DEVICE_JWT_SECRET";

  private DeviceSecret() {}

  /**
   * From the environment, else what a gateway in development mode generated into its data
   * directory.
   */
  static Optional<String> find(Map<String, String> environment) {
    var folder = environment.getOrDefault("MUSTER_DATA_DIR", "data");
    return Optional.ofNullable(environment.get(NAME))
        .or(() -> generated(Path.of(folder, "secrets.properties")));
  }

  private static Optional<String> generated(Path file) {
    var secrets = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      secrets.load(reader);
      return Optional.ofNullable(secrets.getProperty(NAME));
    } catch (IOException absent) {
      return Optional.empty();
    }
  }
}
