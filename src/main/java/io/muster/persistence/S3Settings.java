package io.muster.persistence;

import java.time.Duration;
import java.util.Optional;

/**
 * Which S3, and how.
 *
 * @param endpoint http or https address, without a path
 * @param publicEndpoint the same storage as devices and browsers reach it, when that is another
 *     address
 * @param patience for one call, up to 15 s
 */
public record S3Settings(
    String endpoint,
    Optional<String> publicEndpoint,
    String accessKey,
    String secretKey,
    String bucket,
    String region,
    boolean makesBucket,
    Duration patience,
    long uploadMax) {

  /** Secrets stay out of logs. */
  @Override
  public String toString() {
    return "S3[%s, bucket %s, region %s]".formatted(endpoint, bucket, region);
  }
}
