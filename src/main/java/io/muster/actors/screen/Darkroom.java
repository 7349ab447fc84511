package io.muster.actors.screen;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Telemetry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.pattern.CircuitBreaker;
import org.apache.pekko.pattern.CircuitBreakerOpenException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what devices send when they are asked for a screenshot: checks it, stores it, remembers
 * it and tells of it. All of it happens on threads of its own, with a bound on the bytes that are
 * under way: a storage that is slow or away costs screenshots, and nothing else.
 */
public final class Darkroom implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Darkroom.class);

  /**
   * Decoding and checking 1.5 MB takes some milliseconds; two of a node's processors are enough.
   */
  private static final int THREADS = 2;

  private static final int QUEUE_MAX = 256;

  // Hints, so they may be forgotten: a device answers within seconds, or its request has expired.
  private static final int REQUESTS_MAX = 10_000;
  private static final Duration REQUEST_LIFE = Duration.ofHours(1);

  private static final int OFFERS_MAX = 10_000;

  /** A clock that is further off than this is not believed. */
  private static final Duration PAST_MAX = Duration.ofDays(1);

  private static final Duration FUTURE_MAX = Duration.ofSeconds(30);

  /** The tables of a JPEG come before its size; more than this is no photograph of a screen. */
  private static final int BEGINNING_BYTES = 64 * 1024;

  private static final int FAILURES_MAX = 5;
  private static final Duration STORAGE_PATIENCE = Duration.ofSeconds(20);
  private static final Duration REST = Duration.ofSeconds(30);

  private final Screenshots storage;
  private final Album album;
  private final ScreenshotSettings settings;
  private final List<StoredListener> listeners;
  private final Telemetry telemetry;
  private final Clock clock;
  private final InFlight inFlight;
  private final CircuitBreaker breaker;
  private final ExecutorService threads;
  private final com.github.benmanes.caffeine.cache.Cache<Asked, Instant> requests =
      Caffeine.newBuilder().maximumSize(REQUESTS_MAX).expireAfterWrite(REQUEST_LIFE).build();
  private final com.github.benmanes.caffeine.cache.Cache<ScreenshotKey, Boolean> offers;

  private record Asked(DeviceId device, String requestId) {}

  /** What became of a screenshot. */
  public sealed interface Result {
    record Kept(Shot shot) implements Result {}

    record Refused(NotTaken why) implements Result {}
  }

  /** What became of the wish to upload one. */
  public sealed interface Offer {
    record Made(ScreenshotKey key, Screenshots.Upload upload) implements Offer {}

    record Refused(NotTaken why) implements Offer {}
  }

  /**
   * @param capturedAt by the device's clock
   */
  public record Taken(
      OrgId org, DeviceId device, String requestId, String base64, Optional<Instant> capturedAt) {}

  /**
   * @param bytes of the file, as the device will send it
   */
  public record Wish(
      OrgId org, DeviceId device, ImageType type, long bytes, int width, int height) {}

  public record Uploaded(
      OrgId org, DeviceId device, String requestId, String key, Optional<Instant> capturedAt) {}

  public Darkroom(
      Screenshots storage,
      Album album,
      ScreenshotSettings settings,
      List<StoredListener> listeners,
      Telemetry telemetry,
      org.apache.pekko.actor.Scheduler scheduler,
      Clock clock) {
    this.storage = storage;
    this.album = album;
    this.settings = settings;
    this.listeners = List.copyOf(listeners);
    this.telemetry = telemetry;
    this.clock = clock;
    this.inFlight = new InFlight(settings.inFlightMax());
    this.breaker = CircuitBreaker.create(scheduler, FAILURES_MAX, STORAGE_PATIENCE, REST);
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE_MAX),
            Thread.ofPlatform().daemon().name("muster-darkroom-", 0).factory());
    this.offers =
        Caffeine.newBuilder()
            .maximumSize(OFFERS_MAX)
            .expireAfterWrite(settings.uploadLife().plusMinutes(1))
            .scheduler(Scheduler.systemScheduler())
            .removalListener(this::offerEnded)
            .build();
  }

  /** The device is being asked for a screenshot under this id. */
  public void asked(DeviceId device, String requestId, Instant at) {
    requests.asMap().putIfAbsent(new Asked(device, requestId), at); // asked again is asked once
  }

  /** The largest file that can be uploaded, in bytes. */
  public long uploadMax() {
    return storage.uploadMax();
  }

  // ── pictures that come in an event ──

  public CompletionStage<Result> takeIn(Taken taken) {
    long bytes = taken.base64().length() * 2L; // the text, and what it becomes
    if (taken.base64().length() > settings.base64Max()) {
      return refused(NotTaken.TOO_LARGE);
    }
    if (!inFlight.take(bytes)) {
      return refused(NotTaken.BUSY);
    }
    return develop(taken).whenComplete((_, _) -> inFlight.giveBack(bytes));
  }

  private CompletionStage<Result> develop(Taken taken) {
    try {
      return CompletableFuture.supplyAsync(() -> decoded(taken.base64()), threads)
          .thenCompose(
              file ->
                  switch (file) {
                    case Decoded.Bad bad -> refused(bad.why());
                    case Decoded.Good good -> store(taken, good);
                  });
    } catch (RejectedExecutionException e) {
      return refused(NotTaken.BUSY);
    }
  }

  private sealed interface Decoded {
    record Good(byte[] bytes, Image image) implements Decoded {}

    record Bad(NotTaken why) implements Decoded {}
  }

  private Decoded decoded(String base64) {
    byte[] bytes;
    try {
      if (base64.length() % 4 != 0) {
        return new Decoded.Bad(NotTaken.NOT_BASE64);
      }
      bytes = Base64.getDecoder().decode(base64.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      return new Decoded.Bad(NotTaken.NOT_BASE64);
    }
    if (bytes.length > settings.imageMax()) {
      return new Decoded.Bad(NotTaken.TOO_LARGE);
    }
    return Image.of(bytes)
        .<Decoded>map(
            image ->
                image.pixels() <= settings.pixelsMax()
                    ? new Decoded.Good(bytes, image)
                    : new Decoded.Bad(NotTaken.TOO_MANY_PIXELS))
        .orElseGet(() -> new Decoded.Bad(NotTaken.NOT_AN_IMAGE));
  }

  private CompletionStage<Result> store(Taken taken, Decoded.Good file) {
    var now = clock.instant();
    var key = ScreenshotKey.at(taken.org(), taken.device(), now, file.image().type());
    var shot =
        shot(key, taken.requestId(), file.image(), file.bytes().length, taken.capturedAt(), now);
    return guarded(() -> storage.put(key, file.bytes()).thenApply(_ -> key))
        .thenCompose(_ -> remember(shot))
        .exceptionallyCompose(this::failed);
  }

  // ── pictures that go to the storage by themselves ──

  /** Asks nobody: an address can be signed while the storage is away. */
  public Offer offer(Wish wish) {
    if (wish.bytes() < 1 || wish.bytes() > storage.uploadMax()) {
      return notOffered(NotTaken.TOO_LARGE);
    }
    if ((long) wish.width() * wish.height() > settings.pixelsMax()) {
      return notOffered(NotTaken.TOO_MANY_PIXELS);
    }
    var key = ScreenshotKey.at(wish.org(), wish.device(), clock.instant(), wish.type());
    offers.put(key, true);
    return new Offer.Made(key, storage.upload(key, wish.bytes(), settings.uploadLife()));
  }

  /** Nobody has told us that it was uploaded, at least not this node; then it is nobody's file. */
  private void offerEnded(ScreenshotKey key, Boolean offered, RemovalCause cause) {
    if (cause.wasEvicted()) {
      album
          .of(key.org(), key.device())
          .thenAccept(
              shots -> {
                if (shots.stream().noneMatch(shot -> shot.key().equals(key))) {
                  forget(key);
                }
              });
    }
  }

  public CompletionStage<Result> uploaded(Uploaded uploaded) {
    var now = clock.instant();
    var key =
        ScreenshotKey.of(uploaded.key())
            .filter(k -> k.isOf(uploaded.org(), uploaded.device()))
            .filter(k -> isRecent(k, now));
    if (key.isEmpty()) {
      return refused(NotTaken.NOT_YOURS);
    }
    return album
        .of(uploaded.org(), uploaded.device())
        .thenCompose(
            shots ->
                shots.stream()
                    .filter(shot -> shot.key().equals(key.get()))
                    .findFirst()
                    .<CompletionStage<Result>>map(shot -> done(new Result.Kept(shot)))
                    .orElseGet(() -> verify(uploaded, key.get(), now)))
        .exceptionallyCompose(this::failed);
  }

  /** One that is older was offered, kept and forgotten already, or never offered. */
  private boolean isRecent(ScreenshotKey key, Instant now) {
    long age = now.toEpochMilli() - key.millis();
    return age >= -FUTURE_MAX.toMillis() && age <= settings.uploadLife().plusMinutes(1).toMillis();
  }

  private CompletionStage<Result> verify(Uploaded uploaded, ScreenshotKey key, Instant now) {
    return guarded(() -> storage.look(key, BEGINNING_BYTES))
        .thenCompose(
            found -> {
              if (found.isEmpty()) {
                return refused(NotTaken.NOT_THERE);
              }
              var image = Image.headerOf(found.get().bytes()).filter(i -> i.type() == key.type());
              var wrong = wrong(found.get().size(), image);
              if (wrong.isPresent()) {
                forget(key);
                return refused(wrong.get());
              }
              offers.invalidate(key);
              return remember(
                  shot(
                      key,
                      uploaded.requestId(),
                      image.orElseThrow(),
                      found.get().size(),
                      uploaded.capturedAt(),
                      now));
            });
  }

  private Optional<NotTaken> wrong(long size, Optional<Image> image) {
    if (size > storage.uploadMax()) {
      return Optional.of(NotTaken.TOO_LARGE);
    }
    if (image.isEmpty()) {
      return Optional.of(NotTaken.NOT_AN_IMAGE);
    }
    return image.get().pixels() > settings.pixelsMax()
        ? Optional.of(NotTaken.TOO_MANY_PIXELS)
        : Optional.empty();
  }

  // ── what both have in common ──

  private Shot shot(
      ScreenshotKey key,
      String requestId,
      Image image,
      long bytes,
      Optional<Instant> said,
      Instant now) {
    return new Shot(
        key,
        requestId,
        image.width(),
        image.height(),
        bytes,
        said.filter(at -> isCredible(at, now)).orElse(now),
        Optional.ofNullable(requests.getIfPresent(new Asked(key.device(), requestId))),
        now);
  }

  private static boolean isCredible(Instant at, Instant now) {
    return at.isAfter(now.minus(PAST_MAX)) && at.isBefore(now.plus(FUTURE_MAX));
  }

  private CompletionStage<Result> remember(Shot shot) {
    return album
        .add(shot, settings.keep())
        .exceptionallyCompose(
            failure -> {
              forget(shot.key()); // what nobody remembers would lie there for ever
              return CompletableFuture.failedFuture(failure);
            })
        .thenApply(
            left -> {
              left.forEach(this::forget);
              telemetry.screenshotStored();
              listeners.forEach(listener -> tell(listener, shot));
              return new Result.Kept(shot);
            });
  }

  private static void tell(StoredListener listener, Shot shot) {
    try {
      listener.stored(shot);
    } catch (RuntimeException e) {
      log.warn("A screenshot of {} was kept and not told", shot.key().device(), e);
    }
  }

  private void forget(ScreenshotKey key) {
    guarded(() -> storage.delete(key).thenApply(_ -> key))
        .exceptionally(
            failure -> {
              log.warn("{} could not be deleted: {}", key, failure.toString());
              return key;
            });
  }

  /** A storage that fails again and again is left alone for a while. */
  private <T> CompletionStage<T> guarded(Callable<CompletionStage<T>> work) {
    return breaker.callWithCircuitBreakerCS(work);
  }

  private CompletionStage<Result> failed(Throwable failure) {
    var cause = failure instanceof CompletionException e ? e.getCause() : failure;
    if (cause instanceof CircuitBreakerOpenException) {
      return refused(NotTaken.STORAGE_AWAY);
    }
    log.warn("A screenshot could not be kept: {}", cause.toString());
    telemetry.screenshotStorageFailed();
    return refused(NotTaken.FAILED);
  }

  private CompletionStage<Result> refused(NotTaken why) {
    telemetry.screenshotRefused(why);
    return done(new Result.Refused(why));
  }

  private Offer notOffered(NotTaken why) {
    telemetry.screenshotRefused(why);
    return new Offer.Refused(why);
  }

  private static CompletionStage<Result> done(Result result) {
    return CompletableFuture.completedFuture(result);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    storage.close();
  }
}
