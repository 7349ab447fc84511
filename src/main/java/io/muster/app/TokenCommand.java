package io.muster.app;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.http.auth.Role;
import io.muster.http.auth.Secret;
import io.muster.http.auth.TokenMint;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code muster token}: tokens for people and devices, alone on standard output. */
@Command(
    name = "token",
    description = "Make a token and print it alone on standard output.",
    mixinStandardHelpOptions = true)
final class TokenCommand {
  private static final Duration ADMIN_LIFE = Duration.ofMinutes(2);

  @Command(
      name = "user",
      description = "A token for a person, signed here with JWT_SECRET.",
      mixinStandardHelpOptions = true)
  int user(
      @Option(names = "--org", required = true, description = "the organisation") String org,
      @Option(
              names = "--role",
              defaultValue = "operator",
              description = "viewer, operator or admin (default: operator)")
          Role role,
      @Option(names = "--id", defaultValue = "muster-cli", description = "the user's id") String id,
      @Option(
              names = "--expires-in-seconds",
              defaultValue = "86400",
              description = "60 to 604800 (default: one day)")
          long seconds) {
    System.out.println(
        user(Settings.read(Map.of()), organisation(org), role, id, Duration.ofSeconds(seconds)));
    return 0;
  }

  @Command(
      name = "device",
      description =
          "A token for a device, issued by the running gateway; registers the device when it is new.",
      mixinStandardHelpOptions = true)
  int device(
      @Option(names = "--org", required = true, description = "the organisation") String org,
      @Option(names = "--id", required = true, description = "the device's id") String id,
      @Option(names = "--url", description = "the gateway (default: http://127.0.0.1 with PORT)")
          Optional<String> url) {
    var settings = Settings.read(Map.of());
    var admin = user(settings, organisation(org), Role.ADMIN, "muster-cli", ADMIN_LIFE);
    var gateway =
        new RemoteGateway(url.orElse("http://127.0.0.1:" + settings.http().port()), admin);
    System.out.println(gateway.deviceToken(named(id)));
    return 0;
  }

  @Command(
      name = "service",
      description = "The key that services send as x-internal-api-key.",
      mixinStandardHelpOptions = true)
  int service() {
    System.out.println(
        Settings.read(Map.of())
            .secrets()
            .internal()
            .orElseThrow(() -> new Complaint("INTERNAL_API_SECRET is not set")));
    return 0;
  }

  static String user(Settings settings, OrgId org, Role role, String id, Duration life) {
    try {
      return new TokenMint(Secret.of(settings.secrets().user()), Clock.systemUTC())
          .user(id, org, role, Optional.empty(), life)
          .token();
    } catch (IllegalArgumentException e) {
      throw new Complaint(e.getMessage());
    }
  }

  private static OrgId organisation(String org) {
    try {
      return new OrgId(org);
    } catch (IllegalArgumentException e) {
      throw new Complaint(e.getMessage());
    }
  }

  private static DeviceId named(String id) {
    try {
      return new DeviceId(id);
    } catch (IllegalArgumentException e) {
      throw new Complaint(e.getMessage());
    }
  }
}
