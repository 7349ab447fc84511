package io.muster.http.api;

import static io.muster.http.auth.Role.VIEWER;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.Describe;
import io.muster.actors.device.Devices;
import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.Statistics;
import io.muster.actors.telemetry.Statistics.By;
import io.muster.actors.telemetry.Statistics.Daily;
import io.muster.actors.telemetry.Statistics.Days;
import io.muster.http.Json;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** What devices have reported: what failed lately, and what was played, day by day. */
final class TelemetryRoutes extends Directives {
  private static final int ERRORS_MAX = 10;
  private static final Duration ERRORS_AGE = Duration.ofHours(1);
  private static final int PAGE_DEFAULT = 100;
  private static final int PAGE_MAX = 500;
  // Of the file that is made while it is read: large enough to be few, small enough for memory.
  private static final int PORTION = Statistics.PAGE_MAX;
  private static final int DAYS_DEFAULT = 7;

  private static final ContentType CSV =
      ContentTypes.create(
          MediaTypes.customWithOpenCharset("text", "csv", Map.of(), false), HttpCharsets.UTF_8);

  private final Devices devices;
  private final Statistics statistics;
  private final Access access;
  private final Clock clock;

  TelemetryRoutes(Devices devices, Statistics statistics, Access access, Clock clock) {
    this.devices = devices;
    this.statistics = statistics;
    this.access = access;
    this.clock = clock;
  }

  // formatter:off
  /** {@code /devices/{id}/errors} */
  Route errors(DeviceId id) {
    return methods(
        get(() -> access.as(VIEWER, caller -> answer(errors(caller.org(), id)))));
  }

  /** {@code /statistics/daily} */
  Route daily() {
    return methods(
        get(() -> access.as(VIEWER, caller -> asked(asked -> pageOf(PAGE_DEFAULT, PAGE_MAX, page -> answer(
            asked.isCsv() ? file(caller.org(), asked) : page(caller.org(), asked, page)))))));
  }
  // formatter:on

  // ── errors ──

  private CompletionStage<HttpResponse> errors(OrgId org, DeviceId id) {
    return devices
        .ask(id, replyTo -> new Describe(org, replyTo))
        .thenCompose(
            answer ->
                answer instanceof Answer.No no
                    ? CompletableFuture.completedFuture(Answers.refusal(no.why()))
                    : statistics
                        .errors(org, id, clock.instant().minus(ERRORS_AGE), ERRORS_MAX)
                        .thenApply(
                            errors ->
                                Answers.json(
                                    200,
                                    Json.object()
                                        .set(
                                            "items", Json.array(errors, TelemetryRoutes::error)))));
  }

  private static JsonNode error(ContentError error) {
    var json = Json.object().put("type", error.type().word());
    if (!error.content().isEmpty()) {
      json.put("contentId", error.content());
    }
    error.playlist().ifPresent(playlist -> json.put("playlistId", playlist));
    error.message().ifPresent(message -> json.put("message", message));
    error.code().ifPresent(code -> json.put("code", code));
    return json.put("at", Json.instant(error.at()))
        .put("receivedAt", Json.instant(error.received()));
  }

  // ── days ──

  private record Asked(Days days, By by, boolean isCsv) {}

  private Route asked(Function<Asked, Route> inner) {
    return parameterMap(
        said ->
            optionalHeaderValueByName(
                "Accept",
                accept -> {
                  var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
                  var to = day(said, "to").orElse(today);
                  var from = day(said, "from").orElse(to.minusDays(DAYS_DEFAULT - 1));
                  return inner.apply(new Asked(new Days(from, to), by(said), isCsv(said, accept)));
                }));
  }

  private static Optional<LocalDate> day(Map<String, String> said, String name) {
    return Optional.ofNullable(said.get(name)).map(text -> day(text, name));
  }

  private static LocalDate day(String text, String name) {
    try {
      var day = LocalDate.parse(text);
      // Stores differ in what they hold beyond.
      Body.require(day.getYear() >= 1970 && day.getYear() <= 9_999, name + " is from 1970 on");
      return day;
    } catch (DateTimeException e) {
      throw new Body.NotUnderstood(name + " is a day such as 2026-03-01");
    }
  }

  private static By by(Map<String, String> said) {
    return Optional.ofNullable(said.get("by"))
        .map(
            word ->
                By.of(word)
                    .orElseThrow(
                        () -> new Body.NotUnderstood("by is device, content or organization")))
        .orElse(By.DEVICE);
  }

  private static boolean isCsv(Map<String, String> said, Optional<String> accept) {
    var format = Optional.ofNullable(said.get("format"));
    Body.require(
        format.map(f -> f.equals("json") || f.equals("csv")).orElse(true), "format is json or csv");
    return format
        .map(f -> f.equals("csv"))
        .orElse(accept.map(a -> a.contains("text/csv")).orElse(false));
  }

  private CompletionStage<HttpResponse> page(OrgId org, Asked asked, PageAsked page) {
    return statistics
        .daily(org, asked.days(), asked.by(), page.size(), page.token())
        .thenApply(found -> Answers.json(200, Answers.page(found, day -> json(asked.by(), day))));
  }

  private static JsonNode json(By by, Daily day) {
    var json =
        Json.object()
            .put("day", day.day().toString())
            .put(subject(by), day.subject())
            .put("starts", day.starts())
            .put("plays", day.plays())
            .put("seconds", day.seconds());
    day.completion().ifPresent(percent -> json.put("completion", percent));
    return json;
  }

  private static String subject(By by) {
    return by.word() + "Id";
  }

  // ── the file ──

  /** Made while it is read, portion by portion; the first is there before the answer begins. */
  private CompletionStage<HttpResponse> file(OrgId org, Asked asked) {
    return portion(org, asked, Optional.empty())
        .thenApply(
            first ->
                HttpResponse.create()
                    .addHeader(
                        RawHeader.create(
                            "Content-Disposition",
                            "attachment; filename=\"statistics-by-%s-%s-%s.csv\""
                                .formatted(
                                    asked.by().word(), asked.days().from(), asked.days().to())))
                    .withEntity(HttpEntities.create(CSV, rows(org, asked, first))));
  }

  private CompletionStage<Page<Daily>> portion(OrgId org, Asked asked, Optional<String> token) {
    return statistics.daily(org, asked.days(), asked.by(), PORTION, token);
  }

  private Source<ByteString, NotUsed> rows(OrgId org, Asked asked, Page<Daily> first) {
    var head =
        Csv.row(List.of("day", subject(asked.by()), "starts", "plays", "seconds", "completion"));
    var later =
        Source.unfoldAsync(
            first.next(),
            next ->
                next.isEmpty()
                    ? CompletableFuture.completedFuture(
                        Optional.<Pair<Optional<String>, Page<Daily>>>empty())
                    : portion(org, asked, next)
                        .thenApply(page -> Optional.of(Pair.create(page.next(), page))));
    return Source.single(ByteString.fromString(head + text(first)))
        .concat(later.map(page -> ByteString.fromString(text(page))));
  }

  private static String text(Page<Daily> page) {
    return page.items().stream().map(TelemetryRoutes::row).collect(Collectors.joining());
  }

  private static String row(Daily day) {
    return Csv.row(
        List.of(
            day.day().toString(),
            day.subject(),
            Long.toString(day.starts()),
            Long.toString(day.plays()),
            Long.toString(day.seconds()),
            day.completion().isPresent() ? Double.toString(day.completion().getAsDouble()) : ""));
  }
}
