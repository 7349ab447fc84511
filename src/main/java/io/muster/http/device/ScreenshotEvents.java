package io.muster.http.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.device.Order;
import io.muster.actors.screen.Darkroom;
import io.muster.actors.screen.Darkroom.Offer;
import io.muster.actors.screen.Darkroom.Result;
import io.muster.actors.screen.ImageType;
import io.muster.actors.screen.NotTaken;
import io.muster.http.Envelope;
import io.muster.http.Json;
import io.muster.http.edge.Allowance;
import io.muster.http.edge.EventAllowance;
import io.muster.http.edge.SocketHandler.Acknowledge;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one connection says of screenshots. Everything is answered, whatever went wrong; an unknown
 * member is refused, for this is control and no telemetry. Called on the connection's loop.
 */
final class ScreenshotEvents {
  private static final Logger log = LoggerFactory.getLogger(ScreenshotEvents.class);

  // A person looks at one picture at a time; each may be a megabyte and a half.
  private static final Allowance PACE = Allowance.of(1, 5);
  private static final int ID_CHARS_MAX = 128;
  private static final int KEY_CHARS_MAX = 256;
  private static final int SIDE_MAX = 100_000;

  private static final Set<String> RESPONSE =
      Set.of("requestId", "imageData", "width", "height", "timestamp");
  private static final Set<String> UPLOAD =
      Set.of("requestId", "contentType", "bytes", "width", "height");
  private static final Set<String> UPLOADED = Set.of("requestId", "key", "timestamp");

  private final OrgId org;
  private final DeviceId device;
  private final Darkroom darkroom;
  private final Envelope envelope;
  private final EventAllowance pace = new EventAllowance(PACE);
  private final AtomicBoolean isAtWork = new AtomicBoolean();

  ScreenshotEvents(OrgId org, DeviceId device, Darkroom darkroom, Envelope envelope) {
    this.org = org;
    this.device = device;
    this.darkroom = darkroom;
    this.envelope = envelope;
  }

  /**
   * A command {@code screenshot} is on its way: what comes back under its request was asked for at
   * its time.
   */
  void asked(Order order) {
    order
        .payload()
        .map(Json::parse)
        .flatMap(payload -> text(payload, "requestId", ID_CHARS_MAX))
        .ifPresent(requestId -> darkroom.asked(device, requestId, order.at()));
  }

  void response(JsonNode said, Optional<Acknowledge> acknowledge) {
    var requestId = text(said, "requestId", ID_CHARS_MAX);
    boolean isSound =
        hasOnly(said, RESPONSE)
            && requestId.isPresent()
            && said.path("imageData").isTextual()
            && isSize(said);
    if (!isSound) {
      answer(acknowledge, refusal(NotTaken.MALFORMED));
      return;
    }
    oneAtATime(
        acknowledge,
        () ->
            darkroom.takeIn(
                new Darkroom.Taken(
                    org, device, requestId.get(), said.get("imageData").textValue(), at(said))),
        this::refusal);
  }

  void upload(JsonNode said, Optional<Acknowledge> acknowledge) {
    var type = text(said, "contentType", ID_CHARS_MAX).flatMap(ImageType::ofMediaType);
    boolean isSound =
        hasOnly(said, UPLOAD)
            && text(said, "requestId", ID_CHARS_MAX).isPresent()
            && said.path("contentType").isTextual()
            && said.path("bytes").canConvertToLong()
            && said.path("bytes").isIntegralNumber()
            && isSize(said);
    if (!isSound) {
      answer(acknowledge, refusal(NotTaken.MALFORMED));
    } else if (type.isEmpty()) {
      answer(acknowledge, refusal(NotTaken.NOT_AN_IMAGE));
    } else if (!pace.takes()) {
      answer(acknowledge, envelope.failure("rate_limited"));
    } else {
      answer(acknowledge, offered(darkroom.offer(wish(said, type.get()))));
    }
  }

  private Darkroom.Wish wish(JsonNode said, ImageType type) {
    return new Darkroom.Wish(
        org,
        device,
        type,
        said.get("bytes").longValue(),
        said.get("width").intValue(),
        said.get("height").intValue());
  }

  private ObjectNode offered(Offer offer) {
    return switch (offer) {
      case Offer.Refused no -> uploadRefusal(no.why());
      case Offer.Made made -> {
        var upload = made.upload();
        var headers = Json.object();
        upload.headers().forEach(headers::put);
        yield envelope.success(
            Json.object()
                .put("url", upload.url())
                .put("method", upload.method())
                .<ObjectNode>set("headers", headers)
                .put("key", made.key().text())
                .put("expiresAt", Json.instant(upload.expiresAt())));
      }
    };
  }

  void uploaded(JsonNode said, Optional<Acknowledge> acknowledge) {
    var requestId = text(said, "requestId", ID_CHARS_MAX);
    var key = text(said, "key", KEY_CHARS_MAX);
    if (!hasOnly(said, UPLOADED) || requestId.isEmpty() || key.isEmpty()) {
      answer(acknowledge, refusal(NotTaken.MALFORMED));
      return;
    }
    oneAtATime(
        acknowledge,
        () ->
            darkroom.uploaded(
                new Darkroom.Uploaded(org, device, requestId.get(), key.get(), at(said))),
        this::uploadRefusal);
  }

  private interface Work {
    CompletionStage<Result> begin();
  }

  private void oneAtATime(
      Optional<Acknowledge> acknowledge, Work work, Function<NotTaken, ObjectNode> refusal) {
    if (!pace.takes() || !isAtWork.compareAndSet(false, true)) {
      answer(acknowledge, envelope.failure("rate_limited"));
      return;
    }
    begun(work)
        .whenComplete(
            (result, failure) -> {
              isAtWork.set(false);
              answer(
                  acknowledge,
                  failure != null
                      ? refusal(NotTaken.FAILED)
                      : switch (result) {
                        case Result.Kept _ -> envelope.success(Json.object().put("saved", true));
                        case Result.Refused no -> refusal.apply(no.why());
                      });
            });
  }

  /** What cannot even begin has failed; it is answered, and the next may come. */
  private static CompletionStage<Result> begun(Work work) {
    try {
      return work.begin();
    } catch (RuntimeException e) {
      log.error("A screenshot could not be taken in", e);
      return CompletableFuture.failedFuture(e);
    }
  }

  // ── words ──

  private ObjectNode uploadRefusal(NotTaken why) {
    return why == NotTaken.TOO_LARGE
        ? envelope.failure("Screenshot too large (max %d bytes)".formatted(darkroom.uploadMax()))
        : refusal(why);
  }

  private ObjectNode refusal(NotTaken why) {
    return envelope.failure(
        switch (why) {
          case MALFORMED -> "Validation error";
          case TOO_LARGE -> "Screenshot data too large (max 2MB)";
          case NOT_BASE64 -> "Invalid base64 format";
          case NOT_AN_IMAGE, TOO_MANY_PIXELS ->
              "Invalid image format: only PNG and JPEG are accepted";
          case BUSY, STORAGE_AWAY -> "Storage service unavailable";
          case NOT_YOURS -> "Unauthorized: not a key of this device";
          case NOT_THERE -> "Nothing was uploaded under this key";
          case FAILED -> "Failed to save screenshot";
        });
  }

  // ── reading ──

  private static boolean hasOnly(JsonNode said, Set<String> known) {
    return said.isObject()
        && said.properties().stream().allMatch(member -> known.contains(member.getKey()));
  }

  private static boolean isSize(JsonNode said) {
    return isSide(said.path("width")) && isSide(said.path("height"));
  }

  private static boolean isSide(JsonNode side) {
    return side.isIntegralNumber()
        && side.canConvertToInt()
        && side.intValue() >= 1
        && side.intValue() <= SIDE_MAX;
  }

  private static Optional<String> text(JsonNode said, String member, int charsMax) {
    var text = said.path(member).asText("");
    return said.path(member).isTextual() && !text.isBlank() && text.length() <= charsMax
        ? Optional.of(text)
        : Optional.empty();
  }

  /** A time that cannot be read is none: the picture is worth more. */
  private static Optional<Instant> at(JsonNode said) {
    try {
      var at = said.path("timestamp");
      return at.isTextual()
          ? Optional.of(Instant.parse(at.textValue()))
          : at.isIntegralNumber() && at.canConvertToLong()
              ? Optional.of(Instant.ofEpochMilli(at.longValue()))
              : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static void answer(Optional<Acknowledge> acknowledge, ObjectNode answer) {
    acknowledge.ifPresent(a -> a.with(answer));
  }
}
