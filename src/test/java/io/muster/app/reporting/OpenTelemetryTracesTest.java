package io.muster.app.reporting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.CommandView.Step;
import io.muster.actors.DeliveryState;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenTelemetryTracesTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Clock CLOCK = Clock.fixed(START, ZoneOffset.UTC);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00-" + TRACE + "-00f067aa0ba902b7-01";
  private static final String UNSAMPLED = "00-" + TRACE + "-00f067aa0ba902b7-00";
  private static final OrgId ORG = new OrgId("acme");

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetryTraces traces =
      new OpenTelemetryTraces(
          OpenTelemetrySdk.builder()
              .setTracerProvider(
                  SdkTracerProvider.builder()
                      .addSpanProcessor(SimpleSpanProcessor.create(spans))
                      .build())
              .build(),
          CLOCK);

  private SpanData only() {
    assertEquals(1, spans.getFinishedSpanItems().size());
    return spans.getFinishedSpanItems().getFirst();
  }

  private static Step step(DeliveryState state, long second) {
    boolean isSent = state == DeliveryState.SENT;
    return new Step(
        state,
        START.plusSeconds(second),
        isSent ? OptionalLong.of(7) : OptionalLong.empty(),
        isSent ? OptionalLong.of(1) : OptionalLong.empty(),
        state == DeliveryState.FAILED ? Optional.of("no_ack") : Optional.empty(),
        Optional.empty());
  }

  private static CommandView command(Step... later) {
    var timeline = new ArrayList<Step>(List.of(step(DeliveryState.QUEUED, 0)));
    timeline.addAll(List.of(later));
    return new CommandView(
        new CommandId("1-abc"),
        new DeviceId("tv-1"),
        "reload",
        Optional.empty(),
        timeline.getLast().state(),
        true,
        START.plusSeconds(3600),
        "ann",
        timeline);
  }

  private static long nanos(long second) {
    return TimeUnit.SECONDS.toNanos(START.plusSeconds(second).getEpochSecond());
  }

  @Nested
  class A_request {
    @Test
    void is_a_span_of_its_clients_trace() {
      traces.asked("POST commands", Optional.of(CALLER)).answered(202);
      assertEquals(TRACE, only().getTraceId());
      assertEquals("00f067aa0ba902b7", only().getParentSpanId());
    }

    @Test
    void gives_its_commands_its_own_place_in_the_trace() {
      var asked = traces.asked("POST commands", Optional.of(CALLER));
      asked.answered(202);
      assertEquals(
          Optional.of("00-%s-%s-01".formatted(TRACE, only().getSpanId())), asked.traceparent());
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "nonsense",
          "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"
        })
    void with_no_valid_trace_begins_one(String header) {
      traces.asked("POST commands", Optional.of(header)).answered(202);
      assertNotEquals(TRACE, only().getTraceId());
      assertFalse(only().getParentSpanContext().isValid());
    }

    @Test
    void that_could_not_be_served_is_an_error() {
      traces.asked("POST commands", Optional.empty()).answered(503);
      assertEquals(StatusData.error(), only().getStatus());
    }

    @Test
    void that_was_refused_is_none() {
      traces.asked("POST commands", Optional.empty()).answered(404);
      assertEquals(StatusData.unset(), only().getStatus());
    }
  }

  @Nested
  class A_command {
    @Test
    void is_a_part_of_its_request_from_the_queue_to_its_end() {
      var done = command(step(DeliveryState.SENT, 2), step(DeliveryState.ACKNOWLEDGED, 3));
      traces.settled(CALLER, ORG, done);
      assertEquals(TRACE, only().getTraceId());
      assertEquals(nanos(0), only().getStartEpochNanos());
      assertEquals(nanos(3), only().getEndEpochNanos());
      var told = only().getEvents().stream().map(e -> e.getName()).toList();
      assertEquals(List.of("queued", "sent", "acknowledged"), told);
    }

    @Test
    void that_failed_is_an_error() {
      traces.settled(
          CALLER, ORG, command(step(DeliveryState.SENT, 2), step(DeliveryState.FAILED, 3)));
      assertEquals(StatusData.error(), only().getStatus());
    }

    @Test
    void of_a_device_that_was_away_for_hours_has_a_trace_of_its_own_with_a_link() {
      var late = command(step(DeliveryState.SENT, 7200), step(DeliveryState.ACKNOWLEDGED, 7201));
      traces.settled(CALLER, ORG, late);
      assertNotEquals(TRACE, only().getTraceId());
      assertEquals(TRACE, only().getLinks().getFirst().getSpanContext().getTraceId());
      assertEquals(nanos(7200), only().getStartEpochNanos());
    }

    @Test
    void that_nobody_came_for_ends_where_it_begins() {
      traces.settled(CALLER, ORG, command(step(DeliveryState.EXPIRED, 3600)));
      assertEquals(nanos(3600), only().getStartEpochNanos());
      assertEquals(nanos(3600), only().getEndEpochNanos());
    }

    @Test
    void whose_request_was_not_sampled_is_not_either() {
      traces.settled(UNSAMPLED, ORG, command(step(DeliveryState.EXPIRED, 3600)));
      traces.settled(UNSAMPLED, ORG, command(step(DeliveryState.EXPIRED, 3)));
      traces.settled("nonsense", ORG, command(step(DeliveryState.EXPIRED, 3)));
      assertTrue(spans.getFinishedSpanItems().isEmpty());
    }
  }

  @Nested
  class Without_a_collector {
    private final OpenTelemetryTraces none = new OpenTelemetryTraces(OpenTelemetry.noop(), CLOCK);

    @Test
    void a_command_keeps_what_its_client_says() {
      assertEquals(
          Optional.of(CALLER), none.asked("POST commands", Optional.of(CALLER)).traceparent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "00-x-y-01"})
    void what_is_no_trace_is_not_kept(String header) {
      assertEquals(
          Optional.empty(), none.asked("POST commands", Optional.of(header)).traceparent());
    }
  }
}
