package io.muster.app;

import io.muster.actors.Telemetry;
import io.muster.http.KamonTelemetry;
import io.muster.http.api.OpsRoutes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import kamon.Kamon;
import kamon.prometheus.PrometheusReporter;

/** Kamon's figures as Prometheus text, for loopback or whoever has the token. */
final class Metrics {
  private static final PrometheusReporter REPORTER = start();

  private Metrics() {}

  private static PrometheusReporter start() {
    Kamon.initWithoutAttaching();
    var reporter = PrometheusReporter.create();
    Kamon.addReporter("prometheus-text", reporter);
    return reporter;
  }

  /** Counting begins when this class is loaded; a first scrape finds what was counted before it. */
  static Telemetry telemetry() {
    return new KamonTelemetry();
  }

  static String text() {
    return REPORTER.scrapeData();
  }

  /**
   * Loopback loses its privilege behind a proxy: then it is the proxy's, not the caller's. A proxy
   * may forget to say that it is one, so in production a token, once there is one, is for
   * everybody.
   */
  static boolean mayRead(OpsRoutes.Visitor visitor, Optional<String> token, boolean isProduction) {
    boolean isPrivileged = token.isEmpty() || !isProduction;
    return isPrivileged && visitor.client().onThisMachine()
        || token.isPresent() && visitor.bearer().filter(b -> isSame(b, token.get())).isPresent();
  }

  /** Where existing monitoring scrapes: from this machine, or with the token. */
  static boolean mayReadInternally(
      OpsRoutes.Visitor visitor, Optional<String> token, boolean isProduction) {
    return !isProduction
        || visitor.client().onThisMachine()
        || mayRead(visitor, token, isProduction);
  }

  private static boolean isSame(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
