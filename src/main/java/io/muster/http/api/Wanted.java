package io.muster.http.api;

import io.muster.actors.device.DeviceCommand.Wish;
import io.muster.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/** A command as the body of a request describes it. */
record Wanted(
    String type, Optional<String> payload, long expiresInSeconds, Optional<String> collapseKey) {
  private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
  private static final int PAYLOAD_BYTES_MAX = 64 * 1024;
  private static final long EXPIRY_DEFAULT = 3_600;
  private static final long EXPIRY_MAX = 30L * 24 * 3_600;

  /** The payload is larger than what a device is sent. */
  static final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooLarge(int bytes) {
      super(
          "a payload has at most %d bytes as JSON, this has %d"
              .formatted(PAYLOAD_BYTES_MAX, bytes));
    }
  }

  static void mustFit(String payload) {
    int bytes = payload.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > PAYLOAD_BYTES_MAX) {
      throw new TooLarge(bytes);
    }
  }

  static Wanted in(Body body) {
    var type = body.needText("type", 64);
    Body.require(
        TYPE.matcher(type).matches(), "type is 1 to 64 of a-z 0-9 _ - and begins with a letter");
    var payload = body.any("payload").map(Json::text);
    payload.ifPresent(Wanted::mustFit);
    var wanted =
        new Wanted(
            type,
            payload,
            body.whole("expiresInSeconds", 1, EXPIRY_MAX).orElse(EXPIRY_DEFAULT),
            body.text("collapseKey", 64));
    body.complete();
    return wanted;
  }

  Wish by(String whom, Optional<String> key, Optional<String> traceparent, Instant giveUpAt) {
    return new Wish(
        Optional.empty(),
        type,
        payload,
        collapseKey,
        expiresInSeconds,
        whom,
        key,
        traceparent,
        giveUpAt);
  }
}
