package io.muster.app.reporting;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Sends spans to a collector by OTLP over HTTP. They wait in a bounded queue; while the collector
 * is away what does not fit is dropped, and nobody waits for it. Whatever else OpenTelemetry's own
 * variables ({@code OTEL_TRACES_SAMPLER}, {@code OTEL_EXPORTER_OTLP_HEADERS} and so on) say holds.
 */
public final class TraceExport implements AutoCloseable {
  private static final int CLOSING_MILLIS = 200;

  private final Optional<OpenTelemetrySdk> sdk;

  private TraceExport(Optional<OpenTelemetrySdk> sdk) {
    this.sdk = sdk;
  }

  /**
   * @param collector base address, to which {@code v1/traces} is added; nothing is sent without one
   */
  public static TraceExport to(Optional<String> collector, String version, String node) {
    return new TraceExport(collector.map(address -> sdk(address, version, node)));
  }

  private static OpenTelemetrySdk sdk(String collector, String version, String node) {
    var who =
        Resource.create(
            Attributes.builder()
                .put("service.version", version)
                .put("service.instance.id", node)
                .build());
    return AutoConfiguredOpenTelemetrySdk.builder()
        .disableShutdownHook() // whoever starts us closes us
        .addPropertiesSupplier(
            () ->
                Map.of(
                    "otel.service.name", "muster",
                    "otel.exporter.otlp.protocol", "http/protobuf",
                    "otel.bsp.schedule.delay", "1000", // somebody looks for what has just happened
                    "otel.metrics.exporter", "none", // Prometheus asks for them
                    "otel.logs.exporter", "none"))
        .addPropertiesCustomizer(_ -> Map.of("otel.exporter.otlp.endpoint", collector))
        .addResourceCustomizer((resource, _) -> who.merge(resource))
        .build()
        .getOpenTelemetrySdk();
  }

  public OpenTelemetry telemetry() {
    return sdk.map(OpenTelemetry.class::cast).orElseGet(OpenTelemetry::noop);
  }

  /** Sends what it can in a moment. */
  @Override
  public void close() {
    sdk.ifPresent(s -> s.shutdown().join(CLOSING_MILLIS, TimeUnit.MILLISECONDS));
  }
}
