package io.muster.app;

import io.muster.actors.OrgLabel;
import io.muster.actors.Telemetry;
import io.muster.actors.device.SeenDevices.Census;
import io.muster.http.FleetFigures;
import io.muster.http.FormerNames;
import io.muster.http.KamonTelemetry;
import io.muster.http.api.OpsRoutes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import kamon.Kamon;
import kamon.prometheus.PrometheusReporter;

/**
 * All figures as Prometheus text, for loopback or whoever has the token: what Kamon counts, what is
 * worked out at the moment, and some of both under former names.
 */
final class Metrics {
  private static final PrometheusReporter REPORTER = start();

  private final KamonTelemetry telemetry = new KamonTelemetry();

  private static PrometheusReporter start() {
    Kamon.initWithoutAttaching();
    var reporter = PrometheusReporter.create();
    Kamon.addReporter("prometheus-text", reporter);
    return reporter;
  }

  /** Counting begins when this class is loaded; a first scrape finds what was counted before it. */
  Telemetry telemetry() {
    return telemetry;
  }

  /**
   * @param dashboards how many are here, counted when asked
   * @param organizationsMax how many organisations have labels of their own
   */
  Supplier<String> text(Supplier<Census> census, IntSupplier dashboards, int organizationsMax) {
    var fleet =
        new FleetFigures(census, dashboards, telemetry.loads(), new OrgLabel.Cap(organizationsMax));
    return () -> {
      var ours = counted() + fleet.text();
      return ours + FormerNames.of(ours);
    };
  }

  private static String counted() {
    var text = REPORTER.scrapeData();
    return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
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
