package io.muster.http.edge;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The {@code Date} header, formatted once per second. */
final class HttpDate {
  private record Stamp(long second, String text) {}

  private static volatile Stamp latest = new Stamp(Long.MIN_VALUE, "");

  private HttpDate() {}

  static String now() {
    long second = System.currentTimeMillis() / 1000;
    Stamp stamp = latest;
    if (stamp.second != second) {
      var time = Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC);
      stamp = new Stamp(second, DateTimeFormatter.RFC_1123_DATE_TIME.format(time));
      latest = stamp;
    }
    return stamp.text;
  }
}
