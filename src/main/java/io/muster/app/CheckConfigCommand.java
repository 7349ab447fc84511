package io.muster.app;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code muster check-config}: says everything that is wrong with the configuration, or nothing.
 */
@Command(
    name = "check-config",
    description = "Check the configuration and show it, secrets left out.",
    mixinStandardHelpOptions = true)
final class CheckConfigCommand implements Callable<Integer> {

  @Override
  public Integer call() {
    var settings = Settings.read(Map.of());
    System.out.printf("mode        %s%n", settings.isProduction() ? "production" : "development");
    System.out.printf("listen      %s port %d%n", settings.http().host(), settings.http().port());
    System.out.printf(
        "store       %s%n",
        settings.persistence().databaseUrl().isPresent()
            ? "PostgreSQL (DATABASE_URL)"
            : "embedded, in " + settings.dataDir());
    System.out.printf("origins     %s%n", String.join(", ", settings.http().corsOrigins()));
    System.out.printf(
        "heartbeat   ping every %s, answered within %s%n",
        settings.sockets().pingInterval(), settings.sockets().pingTimeout());
    System.out.printf("device      %s%n", settings.device());
    System.out.printf(
        "errors      %s%n",
        settings
            .reporting()
            .errors()
            .map(server -> "to Sentry as " + server.environment() + " (SENTRY_DSN)")
            .orElse("in the log only"));
    return 0;
  }
}
