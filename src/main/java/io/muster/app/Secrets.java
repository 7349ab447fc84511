package io.muster.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * What signs and opens things here. In development a node by itself makes missing ones once and
 * keeps them in the data directory; several nodes have to be given the same.
 */
public record Secrets(
    String device, String user, Optional<String> internal, Optional<String> metricsToken) {
  static final Secrets NONE = new Secrets("", "", Optional.empty(), Optional.empty());
  private static final int LENGTH_MIN = 32;
  private static final List<String> NAMES =
      List.of("DEVICE_JWT_SECRET", "JWT_SECRET", "INTERNAL_API_SECRET");
  private static final String FILE = "secrets.properties";

  /** As the environment has them. */
  record Given(
      Optional<String> device,
      Optional<String> user,
      Optional<String> internal,
      Optional<String> metricsToken) {

    List<String> complaints(boolean areNeeded) {
      var complaints = new ArrayList<String>();
      check("DEVICE_JWT_SECRET", device, areNeeded, complaints);
      check("JWT_SECRET", user, areNeeded, complaints);
      check("INTERNAL_API_SECRET", internal, areNeeded, complaints);
      return complaints;
    }

    private static void check(
        String name, Optional<String> secret, boolean isNeeded, List<String> complaints) {
      if (secret.isEmpty() && isNeeded) {
        complaints.add(name + " is missing");
      }
      if (secret.filter(s -> s.length() < LENGTH_MIN).isPresent()) {
        complaints.add("%s must have at least %d characters".formatted(name, LENGTH_MIN));
      }
    }

    Secrets completed(boolean isProduction, Path dataDir) {
      if (isProduction || (device.isPresent() && user.isPresent())) {
        return new Secrets(device.orElseThrow(), user.orElseThrow(), internal, metricsToken);
      }
      var kept = kept(dataDir);
      return new Secrets(
          device.orElseGet(() -> kept.getProperty("DEVICE_JWT_SECRET")),
          user.orElseGet(() -> kept.getProperty("JWT_SECRET")),
          internal.or(() -> Optional.of(kept.getProperty("INTERNAL_API_SECRET"))),
          metricsToken);
    }
  }

  private static Properties kept(Path dataDir) {
    var file = dataDir.resolve(FILE);
    try {
      if (!Files.exists(file)) {
        make(dataDir, file);
      }
      var kept = new Properties();
      try (var in = Files.newBufferedReader(file)) {
        kept.load(in);
      }
      NAMES.stream()
          .filter(name -> kept.getProperty(name, "").length() < LENGTH_MIN)
          .findFirst()
          .ifPresent(name -> damaged(file, name));
      return kept;
    } catch (IOException e) {
      throw new Complaint("cannot keep secrets in %s: %s".formatted(file, reason(e)));
    }
  }

  private static void damaged(Path file, String name) {
    throw new Complaint(
        "%s has no %s of %d characters: mend it, or remove it to have new secrets made"
            .formatted(file, name, LENGTH_MIN));
  }

  /** The exceptions of files have a path for a message. */
  private static String reason(IOException e) {
    return e.getClass().getSimpleName().replaceFirst("Exception$", "") + " " + e.getMessage();
  }

  private static void make(Path dataDir, Path file) throws IOException {
    Files.createDirectories(dataDir);
    var text =
        "# Made once for development; production takes them from the environment.\n"
            + NAMES.stream().map(name -> name + "=" + random() + "\n").reduce("", String::concat);
    // Readable by nobody else from its first byte on.
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text, StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static String random() {
    var bytes = new byte[36];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
