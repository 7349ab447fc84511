package io.muster.http.api;

import static io.muster.http.auth.Role.*;

import io.muster.actors.DeviceId;
import io.muster.actors.Telemetry;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.*;
import io.muster.actors.device.Devices;
import io.muster.actors.screen.Album;
import io.muster.actors.screen.OwnFiles;
import io.muster.actors.screen.OwnFiles.Permit;
import io.muster.actors.screen.Screenshots;
import io.muster.actors.screen.Shot;
import io.muster.http.Json;
import io.muster.http.api.Access.Caller;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;

/** To ask a device for a screenshot, and to see the last ones. */
public final class ScreenshotRoutes extends Directives {

  /**
   * @param files when the storage has no server of its own
   * @param urlLife of the addresses in a list
   */
  public record Shelf(
      Album album, Screenshots storage, Optional<OwnFiles> files, Duration urlLife) {}

  // What somebody wants to see now is of no use to them later.
  private static final long EXPIRY_SECONDS = 300;

  // A picture of a screen is nobody else's business, and never anything but a picture.
  private static final List<HttpHeader> HEADERS =
      List.of(
          RawHeader.create("X-Content-Type-Options", "nosniff"),
          RawHeader.create("Content-Security-Policy", "default-src 'none'; sandbox"),
          RawHeader.create("Cache-Control", "private, max-age=900"),
          RawHeader.create("Cross-Origin-Resource-Policy", "cross-origin"),
          RawHeader.create("Referrer-Policy", "no-referrer"));

  private final Devices devices;
  private final Shelf shelf;
  private final Telemetry telemetry;
  private final Access access;
  private final Clock clock;

  ScreenshotRoutes(Devices devices, Shelf shelf, Telemetry telemetry, Access access, Clock clock) {
    this.devices = devices;
    this.shelf = shelf;
    this.telemetry = telemetry;
    this.access = access;
    this.clock = clock;
  }

  // formatter:off
  /** {@code /devices/{id}/screenshots} */
  Route of(DeviceId device) {
    return methods(
        get(()  -> access.as(VIEWER,   caller -> answer(list(caller, device)))),
        post(() -> access.as(OPERATOR, caller -> traceparent(trace -> answer(ask(caller, device, trace))))));
  }

  /** {@code /screenshots/…}: opened by the signature in the address and nothing else. */
  Route files() {
    return shelf.files()
        .map(files -> permit(permit -> methods(
            get(() -> answer(read(files, permit))),
            put(() -> extractRequestEntity(entity -> entity(Unmarshaller.entityToByteArray(),
                bytes -> answer(write(files, permit, entity.getContentType().mediaType().toString(), bytes))))))))
        .orElseGet(this::reject);
  }
  // formatter:on

  private Route permit(Function<Permit, Route> inner) {
    return extractUnmatchedPath(
        path ->
            parameterOptional(
                "expires",
                expires ->
                    parameterOptional(
                        "signature",
                        signature ->
                            inner.apply(
                                new Permit(
                                    OwnFiles.PATH + path,
                                    expires.orElse(""),
                                    signature.orElse(""))))));
  }

  // ── ask ──

  private CompletionStage<HttpResponse> ask(
      Caller caller, DeviceId device, Optional<String> traceparent) {
    var requestId = UUID.randomUUID().toString();
    var payload = Json.text(Json.object().put("requestId", requestId));
    // Of two who ask while the device is away one picture is enough.
    var wish =
        new Wanted("screenshot", Optional.of(payload), EXPIRY_SECONDS, Optional.of("screenshot"))
            .by(caller.name(), Optional.empty(), traceparent, devices.giveUpAt());
    return devices
        .ask(device, replyTo -> new Enqueue(caller.org(), wish, replyTo))
        .thenApply(
            answer ->
                switch (answer) {
                  case Answer.Accepted a -> {
                    telemetry.commandAccepted();
                    var command = a.command().id();
                    yield Answers.json(
                        202,
                        Json.object().put("requestId", requestId).put("commandId", command.value()),
                        Answers.location(CommandRoutes.path(device, command)));
                  }
                  case Answer.No no -> {
                    telemetry.commandRefused(no.why());
                    yield Answers.refusal(no.why());
                  }
                  default -> throw new IllegalStateException("a command was answered by " + answer);
                });
  }

  // ── see ──

  private CompletionStage<HttpResponse> list(Caller caller, DeviceId device) {
    return devices
        .ask(device, replyTo -> new Describe(caller.org(), replyTo))
        .thenCompose(
            answer ->
                answer instanceof Answer.No no
                    ? CompletableFuture.completedFuture(Answers.refusal(no.why()))
                    : shelf
                        .album()
                        .of(caller.org(), device)
                        .thenApply(
                            shots ->
                                Answers.json(
                                    200,
                                    Json.object().set("items", Json.array(shots, this::json)))));
  }

  private com.fasterxml.jackson.databind.JsonNode json(Shot shot) {
    var json =
        Json.object()
            .put("requestId", shot.requestId())
            .put("url", shelf.storage().url(shot.key(), shelf.urlLife()))
            .put("contentType", shot.key().type().mediaType())
            .put("width", shot.width())
            .put("height", shot.height())
            .put("bytes", shot.bytes())
            .put("capturedAt", Json.instant(shot.capturedAt()));
    shot.requestedAt().ifPresent(at -> json.put("requestedAt", Json.instant(at)));
    shot.fresh().ifPresent(fresh -> json.put("fresh", fresh));
    return json.put("storedAt", Json.instant(shot.storedAt()));
  }

  // ── files ──

  private CompletionStage<HttpResponse> read(OwnFiles files, Permit permit) {
    return files
        .read(permit, clock.instant())
        .thenApply(
            found ->
                found
                    .map(
                        file ->
                            HttpResponse.create()
                                .addHeaders(HEADERS)
                                .withEntity(
                                    HttpEntities.create(
                                        ContentTypes.parse(file.type().mediaType()), file.bytes())))
                    .orElseGet(Problem.NOT_FOUND::response));
  }

  private CompletionStage<HttpResponse> write(
      OwnFiles files, Permit permit, String mediaType, byte[] bytes) {
    return files
        .write(permit, mediaType, bytes, clock.instant())
        .thenApply(
            isWritten ->
                isWritten
                    ? HttpResponse.create() // 200 without a word, as S3 answers
                    : Problem.FORBIDDEN
                        .because("the address is not for this file, type, length or time")
                        .response());
  }
}
