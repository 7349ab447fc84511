package io.muster.persistence;

import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Signer;
import io.minio.StatObjectArgs;
import io.minio.Time;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.muster.actors.screen.ScreenshotKey;
import io.muster.actors.screen.Screenshots;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Screenshots in MinIO or another S3, in one private bucket. */
public final class S3Screenshots implements Screenshots {
  private static final Logger log = LoggerFactory.getLogger(S3Screenshots.class);
  private static final int THREADS = 4;

  /** A call waits for a thread at most as long as it may take itself. */
  private static final int TURNS = 2;

  private final S3Settings settings;
  private final Clock clock;
  private final HttpUrl publicBucket;
  private final OkHttpClient http;
  private final MinioClient client;
  private final StorageThreads threads;
  private volatile boolean hasBucket;

  /** Asks nobody: the storage may be away when we start. */
  public S3Screenshots(S3Settings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.publicBucket =
        HttpUrl.get(settings.publicEndpoint().orElse(settings.endpoint()))
            .newBuilder()
            .addPathSegment(settings.bucket())
            .build();
    this.http =
        new OkHttpClient.Builder()
            .connectTimeout(settings.patience())
            .callTimeout(settings.patience())
            .build();
    this.client =
        MinioClient.builder()
            .endpoint(settings.endpoint())
            .region(settings.region())
            .credentials(settings.accessKey(), settings.secretKey())
            .httpClient(http)
            .build();
    this.threads = new StorageThreads(THREADS, settings.patience().multipliedBy(TURNS));
    this.hasBucket = !settings.makesBucket();
    prepare();
  }

  private void prepare() {
    if (!hasBucket) {
      threads
          .run(this::ready)
          .exceptionally(
              failure -> {
                log.warn("The storage of screenshots does not answer yet: {}", failure.toString());
                return this;
              });
    }
  }

  private S3Screenshots ready() throws MinioException {
    if (!hasBucket) {
      var bucket = settings.bucket();
      if (!client.bucketExists(BucketExistsArgs.builder().bucket(bucket).build())) {
        make(bucket);
      }
      hasBucket = true;
    }
    return this;
  }

  /** Others may make it at the same time: another thread, another node. */
  private void make(String bucket) throws MinioException {
    try {
      client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
    } catch (ErrorResponseException e) {
      if (!e.errorResponse().code().startsWith("BucketAlready")) {
        throw e;
      }
    }
  }

  // ── files ──

  @Override
  public CompletionStage<Void> put(ScreenshotKey key, byte[] bytes) {
    return threads.run(
        () -> {
          ready();
          client.putObject(
              PutObjectArgs.builder()
                  .bucket(settings.bucket())
                  .object(key.text())
                  .contentType(key.type().mediaType())
                  .data(bytes, bytes.length)
                  .build());
          return null;
        });
  }

  @Override
  public CompletionStage<Optional<Beginning>> look(ScreenshotKey key, int bytesMax) {
    return threads.run(
        () -> {
          try {
            return Optional.of(beginning(key, bytesMax));
          } catch (ErrorResponseException e) {
            if (isAbsence(e)) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  private Beginning beginning(ScreenshotKey key, int bytesMax) throws MinioException, IOException {
    var stat =
        client.statObject(
            StatObjectArgs.builder().bucket(settings.bucket()).object(key.text()).build());
    if (stat.size() == 0) {
      return new Beginning(0, new byte[0]); // there is no range of nothing
    }
    var range =
        GetObjectArgs.builder()
            .bucket(settings.bucket())
            .object(key.text())
            .offset(0L)
            .length(Math.min(stat.size(), bytesMax))
            .build();
    try (var in = client.getObject(range)) {
      return new Beginning(stat.size(), in.readNBytes(bytesMax));
    }
  }

  private static boolean isAbsence(ErrorResponseException e) {
    return e.response().code() == 404 && !e.errorResponse().code().equals("NoSuchBucket");
  }

  @Override
  public CompletionStage<Void> delete(ScreenshotKey key) {
    return threads.run(
        () -> {
          client.removeObject(
              RemoveObjectArgs.builder().bucket(settings.bucket()).object(key.text()).build());
          return null;
        });
  }

  // ── addresses ──

  @Override
  public String url(ScreenshotKey key, Duration life) {
    return signed(request(key).get().build(), life);
  }

  /** Type and length are signed, too: the storage itself refuses anything else. */
  @Override
  public Upload upload(ScreenshotKey key, long bytes, Duration life) {
    prepare(); // it may have been away until now
    var headers =
        Map.of("Content-Type", key.type().mediaType(), "Content-Length", Long.toString(bytes));
    var request = request(key).put(RequestBody.create(new byte[0]));
    headers.forEach(request::header);
    return new Upload(signed(request.build(), life), "PUT", headers, clock.instant().plus(life));
  }

  private Request.Builder request(ScreenshotKey key) {
    var url = publicBucket.newBuilder().addPathSegments(key.text()).build();
    var at = Instant.now(clock).atZone(ZoneOffset.UTC);
    boolean isUsual = url.port() == HttpUrl.defaultPort(url.scheme());
    return new Request.Builder()
        .url(url)
        .header("Host", isUsual ? url.host() : url.host() + ":" + url.port())
        .header("x-amz-date", at.format(Time.AMZ_DATE_FORMAT));
  }

  private String signed(Request request, Duration life) {
    try {
      return Signer.presignV4(
              request,
              settings.region(),
              settings.accessKey(),
              settings.secretKey(),
              Math.toIntExact(life.toSeconds()))
          .toString();
    } catch (MinioException e) {
      throw new IllegalStateException(e); // it asks nobody, so only a JDK without HMAC is left
    }
  }

  @Override
  public long uploadMax() {
    return settings.uploadMax();
  }

  @Override
  public void close() {
    threads.close();
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }
}
