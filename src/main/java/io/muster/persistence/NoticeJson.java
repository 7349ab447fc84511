package io.muster.persistence;

import io.muster.actors.notify.Notice;
import io.muster.actors.notify.Notice.*;
import io.muster.actors.notify.Notification;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** A notice as it is stored, and as it is told. */
final class NoticeJson {
  // Always milliseconds: clients compare such texts as texts.
  private static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private NoticeJson() {}

  static Notification row(String id, Notice notice, Instant now) {
    var at = now.truncatedTo(ChronoUnit.MILLIS);
    return new Notification(
        id,
        notice.org(),
        notice.type(),
        notice.title(),
        Columns.storable(notice.message()),
        notice.severity(),
        text(JsonWriter.object(json -> metadata(json, notice))),
        Optional.empty(),
        false,
        Optional.empty(),
        at,
        at);
  }

  private static void metadata(JsonWriter json, Notice notice) {
    json.text("deviceId", notice.device().value())
        .text("deviceName", notice.deviceName())
        .text("disconnectedAt", INSTANT.format(notice.disconnectedAt()));
    switch (notice) {
      case WentOffline _ -> {}
      case StillOffline n ->
          json.number("reminder", n.number()).number("offlineSeconds", n.soFar().toSeconds());
      case BackOnline n ->
          json.text("reconnectedAt", INSTANT.format(n.backAt()))
              .number("offlineSeconds", n.gone().toSeconds());
    }
  }

  /**
   * {@code notification:new}: the row, and for a device that is back also the fields that
   * dashboards know from before there were rows.
   */
  static String event(Notification row, Notice notice) {
    return text(
        JsonWriter.object(
            json -> {
              json.text("id", row.id())
                  .text("type", row.type())
                  .text("title", row.title())
                  .text("message", row.message())
                  .text("severity", row.severity())
                  .flag("read", row.read())
                  .nothing("dismissedAt")
                  .raw("metadata", Optional.of(row.metadata()))
                  .text("organizationId", row.org().value())
                  .nothing("userId")
                  .text("createdAt", INSTANT.format(row.createdAt()))
                  .text("updatedAt", INSTANT.format(row.updatedAt()));
              if (notice instanceof BackOnline back) {
                json.text("deviceId", back.device().value()).text("deviceName", back.deviceName());
              }
              json.text("timestamp", INSTANT.format(row.createdAt()));
            }));
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }
}
