package io.muster.app;

import io.muster.actors.screen.ScreenshotSettings;
import io.muster.http.edge.HttpLimits;
import io.muster.persistence.S3Settings;
import java.time.Duration;
import java.util.List;

/**
 * What can be set of screenshots.
 *
 * @param publicUrl of this gateway, before the path of a picture in the folder; empty for none
 */
public record Pictures(
    Store store, String publicUrl, ScreenshotSettings limits, long uploadMax, S3Settings s3) {
  private static final Duration WEEK = Duration.ofDays(7); // S3 signs for no longer
  private static final String ADDRESS = "https?://[^/\\s]+";

  /** Where the files lie. */
  enum Store {
    FOLDER,
    S3
  }

  static Pictures in(Keys keys, int messageMax, boolean isProduction) {
    var limits =
        new ScreenshotSettings(
            keys.whole("screenshots.image-max", 1_024, 32 * 1024 * 1024),
            keys.whole("screenshots.pixels-max", 1, 1_000_000_000),
            keys.time("screenshots.url-life", Duration.ofSeconds(1), WEEK),
            keys.time("screenshots.upload-life", Duration.ofSeconds(1), Duration.ofHours(1)),
            keys.whole("screenshots.keep", 1, 1_000),
            keys.whole("screenshots.in-flight-max", 1_024, Integer.MAX_VALUE));
    keys.require(
        limits.fitsInto(messageMax),
        "muster.screenshots.image-max, as base64 in its packet, is within socket.max-payload",
        "screenshots.image-max",
        "socket.max-payload");
    keys.require(
        limits.inFlightMax() >= 2L * limits.base64Max(),
        "muster.screenshots.in-flight-max has room for one picture of screenshots.image-max",
        "screenshots.in-flight-max",
        "screenshots.image-max");
    var publicUrl = keys.text("screenshots.public-url", "");
    keys.require(
        publicUrl.isEmpty() || publicUrl.matches(ADDRESS),
        "muster.screenshots.public-url is an http or https address without a path");
    long uploadMax = keys.whole("screenshots.upload-max", 1_024, 64 * 1024 * 1024);
    var store = store(keys);
    var s3 = s3(keys, uploadMax, isProduction);
    if (store == Store.S3) {
      check(s3, keys);
    }
    return new Pictures(store, publicUrl, limits, uploadMax, s3);
  }

  private static Store store(Keys keys) {
    var store = keys.text("screenshots.store", "folder");
    keys.require(
        List.of("folder", "s3").contains(store),
        "muster.screenshots.store is folder or s3, was " + store);
    return store.equals("s3") ? Store.S3 : Store.FOLDER;
  }

  private static S3Settings s3(Keys keys, long uploadMax, boolean isProduction) {
    var endpoint = keys.text("screenshots.s3.endpoint", "");
    return new S3Settings(
        endpoint.contains("://") ? endpoint : "http://" + endpoint,
        keys.text("screenshots.s3.public-endpoint"),
        keys.text("screenshots.s3.access-key").orElse(""),
        keys.text("screenshots.s3.secret-key").orElse(""),
        keys.text("screenshots.s3.bucket", ""),
        keys.text("screenshots.s3.region", ""),
        !isProduction,
        keys.time("screenshots.s3.patience", Duration.ofMillis(100), Duration.ofSeconds(15)),
        uploadMax);
  }

  private static void check(S3Settings s3, Keys keys) {
    keys.require(
        s3.endpoint().matches(ADDRESS)
            && s3.publicEndpoint().stream().allMatch(e -> e.matches(ADDRESS)),
        "MINIO_ENDPOINT is host:port or an http or https address without a path");
    keys.require(
        !s3.accessKey().isEmpty() && !s3.secretKey().isEmpty(),
        "MINIO_ACCESS_KEY or MINIO_SECRET_KEY is missing");
    keys.require(
        s3.bucket().matches("[a-z0-9][a-z0-9.-]{2,62}"),
        "MINIO_BUCKET is 3 to 63 of a-z 0-9 . - and begins with a letter or digit");
  }

  /** What goes to the folder comes through our own door, which takes no larger body. */
  long folderUploadMax() {
    return Math.min(uploadMax, HttpLimits.DEFAULT.bodyBytes());
  }
}
