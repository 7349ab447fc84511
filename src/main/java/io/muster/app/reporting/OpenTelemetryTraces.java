package io.muster.app.reporting;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.muster.actors.CommandView;
import io.muster.actors.CommandView.Step;
import io.muster.actors.DeliveryState;
import io.muster.actors.OrgId;
import io.muster.actors.Traces;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Spans in the words of OpenTelemetry: one for each request, and one for each command that says
 * when it was sent and how it ended. It is written when the command has settled, from the timeline,
 * so that a device which restarts or moves in between loses nothing of it.
 *
 * <p>A command whose device was away for long has a trace of its own with a link to the request:
 * nobody who looks at the request waits for hours.
 */
public final class OpenTelemetryTraces implements Traces {
  // Longer than any client waits for an answer, and shorter than what collectors wait for a trace.
  private static final Duration LONG = Duration.ofMinutes(1);

  private static final AttributeKey<String> METHOD = stringKey("http.request.method");
  private static final AttributeKey<Long> STATUS = longKey("http.response.status_code");
  private static final AttributeKey<String> SYSTEM = stringKey("messaging.system");
  private static final AttributeKey<String> OPERATION = stringKey("messaging.operation.name");
  private static final AttributeKey<String> MESSAGE = stringKey("messaging.message.id");
  private static final AttributeKey<String> DEVICE = stringKey("muster.device.id");
  private static final AttributeKey<String> ORGANIZATION = stringKey("muster.organization.id");
  private static final AttributeKey<String> TYPE = stringKey("muster.command.type");
  private static final AttributeKey<String> STATE = stringKey("muster.command.state");
  private static final AttributeKey<String> REASON = stringKey("muster.command.reason");
  private static final AttributeKey<Long> ATTEMPT = longKey("muster.command.attempt");
  private static final AttributeKey<Long> EPOCH = longKey("muster.device.epoch");

  private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
  private static final String TRACEPARENT = "traceparent";

  private final Tracer tracer;
  private final Clock clock;

  /**
   * @param telemetry {@link OpenTelemetry#noop} makes no spans and hands on what a client says
   * @param clock of the commands' own times
   */
  public OpenTelemetryTraces(OpenTelemetry telemetry, Clock clock) {
    this.tracer = telemetry.getTracer("io.muster");
    this.clock = clock;
  }

  @Override
  public Asked asked(String what, Optional<String> traceparent) {
    var span =
        tracer
            .spanBuilder(what)
            .setSpanKind(SpanKind.SERVER)
            .setParent(traceparent.map(OpenTelemetryTraces::context).orElseGet(Context::root))
            .setStartTimestamp(clock.instant())
            .setAttribute(METHOD, what.substring(0, what.indexOf(' ')))
            .startSpan();
    return new Request(span);
  }

  private final class Request implements Asked {
    private final Span span;

    Request(Span span) {
      this.span = span;
    }

    @Override
    public Optional<String> traceparent() {
      Map<String, String> carrier = new HashMap<>(2);
      W3C.inject(Context.root().with(span), carrier, Map::put);
      return Optional.ofNullable(carrier.get(TRACEPARENT));
    }

    @Override
    public void answered(int status) {
      span.setAttribute(STATUS, status);
      if (status >= 500) {
        span.setStatus(StatusCode.ERROR);
      }
      span.end(clock.instant());
    }
  }

  @Override
  public void settled(String traceparent, OrgId org, CommandView command) {
    var asked = context(traceparent);
    if (!Span.fromContext(asked).getSpanContext().isSampled()) {
      return;
    }
    var end = command.timeline().getLast();
    var span = begun(asked, command.timeline()).setAttribute(ORGANIZATION, org.value());
    span.setAttribute(SYSTEM, "muster")
        .setAttribute(OPERATION, "deliver")
        .setAttribute(MESSAGE, command.id().value())
        .setAttribute(DEVICE, command.device().value())
        .setAttribute(TYPE, command.type())
        .setAttribute(STATE, command.state().word());
    end.reason().ifPresent(why -> span.setAttribute(REASON, why));
    tell(span.startSpan(), command);
  }

  private SpanBuilder begun(Context asked, List<Step> timeline) {
    var span = tracer.spanBuilder("deliver command").setSpanKind(SpanKind.CONSUMER);
    var queued = timeline.getFirst().at();
    var settled = timeline.getLast().at();
    return Duration.between(queued, settled).compareTo(LONG) <= 0
        ? span.setParent(asked).setStartTimestamp(queued)
        : span.setNoParent()
            .addLink(Span.fromContext(asked).getSpanContext())
            .setStartTimestamp(lastSent(timeline).orElse(settled));
  }

  private static Optional<Instant> lastSent(List<Step> timeline) {
    return timeline.reversed().stream()
        .filter(step -> step.state() == DeliveryState.SENT)
        .map(Step::at)
        .findFirst();
  }

  private static void tell(Span span, CommandView command) {
    for (Step step : command.timeline()) {
      var told = Attributes.builder();
      step.epoch().ifPresent(epoch -> told.put(EPOCH, epoch));
      step.attempt().ifPresent(attempt -> told.put(ATTEMPT, attempt));
      span.addEvent(step.state().word(), told.build(), step.at());
    }
    if (command.state() == DeliveryState.FAILED) {
      span.setStatus(StatusCode.ERROR);
    }
    span.end(command.timeline().getLast().at());
  }

  /** Without a span for what is no traceparent. */
  private static Context context(String traceparent) {
    return W3C.extract(Context.root(), traceparent, HEADER);
  }

  private static final TextMapGetter<String> HEADER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String traceparent) {
          return List.of(TRACEPARENT);
        }

        @Override
        public String get(String traceparent, String key) {
          return key.equals(TRACEPARENT) ? traceparent : null;
        }
      };
}
