package io.muster.http.api;

import io.muster.actors.Telemetry;
import io.muster.actors.Telemetry.Surface;
import io.muster.actors.Traces;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees every request and its answer: counts them, traces them, and names each by an id that both
 * sides can put into their logs.
 */
final class Witness extends AllDirectives {
  private static final Logger log = LoggerFactory.getLogger(Witness.class);

  private static final String REQUEST_ID = "X-Request-Id";
  private static final String TRACEPARENT = "traceparent";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:/+=-]{1,128}");

  // Asked every few seconds by machines that want to know nothing else.
  private static final Set<Surface> UNTRACED =
      EnumSet.of(Surface.HEALTH, Surface.METRICS, Surface.CONSOLE, Surface.DOCUMENTS);

  private final Telemetry telemetry;
  private final Traces traces;

  Witness(Telemetry telemetry, Traces traces) {
    this.telemetry = telemetry;
    this.traces = traces;
  }

  /** One request. */
  private record Seen(
      Surface surface, HttpRequest request, long began, String id, Optional<Traces.Asked> trace) {}

  Route of(Route inner) {
    return extractRequest(
        request -> {
          var seen = begin(request);
          return mapRequest(
              asked -> seen.trace().map(trace -> carrying(asked, trace)).orElse(asked),
              () -> mapResponse(answer -> end(seen, answer), () -> inner));
        });
  }

  private Seen begin(HttpRequest request) {
    var surface = Surfaces.of(request.getUri().path());
    var trace =
        UNTRACED.contains(surface)
            ? Optional.<Traces.Asked>empty()
            : Optional.of(
                traces.asked(
                    request.method().name() + " " + surface.name().toLowerCase(Locale.ROOT),
                    request.getHeader(TRACEPARENT).map(HttpHeader::value)));
    var id =
        request
            .getHeader(REQUEST_ID)
            .map(HttpHeader::value)
            .filter(ID.asMatchPredicate())
            .orElseGet(() -> UUID.randomUUID().toString());
    return new Seen(surface, request, System.nanoTime(), id, trace);
  }

  /** The routes see what they may trust. */
  private static HttpRequest carrying(HttpRequest request, Traces.Asked trace) {
    var bare = request.removeHeader(TRACEPARENT);
    return trace
        .traceparent()
        .map(parent -> bare.addHeader(RawHeader.create(TRACEPARENT, parent)))
        .orElse(bare);
  }

  private HttpResponse end(Seen seen, HttpResponse answer) {
    int status = answer.status().intValue();
    telemetry.answered(seen.surface(), status, Duration.ofNanos(System.nanoTime() - seen.began()));
    seen.trace().ifPresent(trace -> trace.answered(status));
    if (status >= 500 && seen.surface() != Surface.HEALTH) { // which is not ready for long at times
      log.atWarn()
          .addKeyValue("request", seen.id())
          .addKeyValue("method", seen.request().method().name())
          .addKeyValue("path", seen.request().getUri().path())
          .addKeyValue("status", status)
          .log("A request could not be served");
    }
    return answer.addHeader(RawHeader.create(REQUEST_ID, seen.id()));
  }
}
