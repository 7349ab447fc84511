package io.muster.persistence.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.muster.actors.Telemetry;
import io.muster.actors.Telemetry.RedisUse;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to Redis, for everybody here. It is opened in the background and opened again for
 * ever, so nothing waits for it to start; while it is away, or answers no PING, every use fails at
 * once, and otherwise within its time limit. Thread-safe; no thread is ever blocked.
 */
public final class Redis implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Redis.class);

  // A server that hangs is sent so many commands before the rest is refused: one batch of presence
  // and some thousand single ones.
  private static final int QUEUE_MAX = 10_000;

  // Commands nobody waits for that may be on their way; with more, Redis is too slow for hints.
  private static final int UNAWAITED_MAX = 2_000;

  // The first may have been lost to a pause of a garbage collector; two in a row are a dead peer.
  private static final int UNANSWERED_MAX = 2;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final int DOUBLINGS_MAX = 16;

  private final RedisURI uri;
  private final RedisSettings settings;
  private final Telemetry telemetry;
  private final ClientResources resources;
  private final RedisClient client;
  private final EventExecutor executor;
  private final AtomicInteger unawaited = new AtomicInteger();

  private volatile Optional<StatefulRedisConnection<String, String>> connection = Optional.empty();
  private volatile boolean isUp;
  private volatile boolean isClosed;

  // On the executor only.
  private int attempts;
  private int unanswered;
  private boolean isToldAway;

  private Redis(RedisURI uri, RedisSettings settings, Telemetry telemetry) {
    this.uri = uri;
    this.settings = settings;
    this.telemetry = telemetry;
    // The least Lettuce allows: one connection keeps one of them busy.
    resources =
        DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    executor = resources.eventExecutorGroup().next();
    client = RedisClient.create(resources);
    client.setOptions(options(settings));
  }

  private static ClientOptions options(RedisSettings settings) {
    return ClientOptions.builder()
        // We reconnect ourselves: Lettuce would neither begin without a server nor notice one that
        // hangs.
        .autoReconnect(false)
        .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
        .requestQueueSize(QUEUE_MAX)
        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
        // Each use has its limit here, a batch only one for all its commands.
        .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(settings.connectTimeout())
                .keepAlive(true)
                .build())
        .build();
  }

  /** Empty when the settings name no Redis. Returns at once. */
  public static Optional<Redis> open(RedisSettings settings, Telemetry telemetry) {
    return settings
        .url()
        .map(
            url -> {
              var uri = RedisSettings.uri(url);
              uri.setTimeout(settings.connectTimeout());
              var redis = new Redis(uri, settings, telemetry);
              redis.executor.execute(redis::connect);
              return redis;
            });
  }

  /** It has answered the last PING. */
  public boolean isUp() {
    return isUp;
  }

  // ── uses ──

  /**
   * Asks, within the time limit.
   *
   * @return fails with {@link RedisUnavailable} when there is no answer; completes on a thread that
   *     must not be kept
   */
  <T> CompletionStage<T> ask(
      RedisUse use, Function<RedisAsyncCommands<String, String>, CompletionStage<T>> question) {
    var open = connection;
    if (!isUp || open.isEmpty()) {
      telemetry.redisFailed(use);
      return CompletableFuture.failedFuture(new RedisUnavailable("Redis is away"));
    }
    return timed(use, () -> question.apply(open.get().async()));
  }

  /** Sends all in one write, within the time limit for all together. */
  CompletionStage<Void> write(RedisUse use, List<Write> writes) {
    var open = connection;
    if (!isUp || open.isEmpty()) {
      telemetry.redisFailed(use);
      return CompletableFuture.failedFuture(new RedisUnavailable("Redis is away"));
    }
    return timed(
        use,
        () -> {
          var commands = writes.stream().map(write -> new AsyncCommand<>(write.command())).toList();
          open.get().dispatch(commands);
          return CompletableFuture.allOf(commands.toArray(CompletableFuture[]::new));
        });
  }

  /** Sends what nobody waits for; counted when it is lost. */
  void tell(RedisUse use, List<Write> writes) {
    if (unawaited.addAndGet(writes.size()) > UNAWAITED_MAX) {
      unawaited.addAndGet(-writes.size());
      telemetry.redisDropped(use, writes.size());
      return;
    }
    write(use, writes)
        .whenComplete(
            (_, failure) -> {
              unawaited.addAndGet(-writes.size());
              if (failure != null) {
                telemetry.redisDropped(use, writes.size());
              }
            });
  }

  private <T> CompletionStage<T> timed(RedisUse use, Supplier<CompletionStage<T>> deed) {
    long began = System.nanoTime();
    return begun(deed)
        .copy()
        .orTimeout(settings.commandTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (_, failure) -> {
              if (failure == null) {
                telemetry.redisUsed(use, Duration.ofNanos(System.nanoTime() - began));
              } else {
                telemetry.redisFailed(use);
              }
            })
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(unavailable(failure)));
  }

  private static <T> CompletableFuture<T> begun(Supplier<CompletionStage<T>> deed) {
    try {
      return deed.get().toCompletableFuture();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e); // the queue is full
    }
  }

  private static RedisUnavailable unavailable(Throwable failure) {
    var cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof TimeoutException
        ? new RedisUnavailable("Redis did not answer in time")
        : new RedisUnavailable("Redis: " + cause.getMessage(), cause);
  }

  /** Single-threaded, and not to be kept. */
  Executor executor() {
    return executor;
  }

  /** On the executor, after a pause; never once this is closed. */
  void later(Duration pause, Runnable deed) {
    if (isClosed) {
      return;
    }
    try {
      executor.schedule(deed, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("Closed meanwhile", e);
    }
  }

  // ── the connection, on the executor ──

  private void connect() {
    if (isClosed) {
      return;
    }
    var opening = client.connectAsync(StringCodec.UTF8, uri).toCompletableFuture();
    opening
        .copy()
        // TCP, then the greeting: each has the time limit, and what hangs besides has none.
        .orTimeout(2 * settings.connectTimeout().toMillis() + 500, TimeUnit.MILLISECONDS)
        .whenCompleteAsync(
            (opened, failure) -> {
              if (failure == null) {
                opened(opened);
              } else {
                opening.thenAccept(StatefulRedisConnection::closeAsync); // it comes too late
                isAway(failure);
                connectLater();
              }
            },
            executor);
  }

  private void connectLater() {
    double doubled = FIRST_PAUSE.toMillis() * Math.pow(2, Math.min(attempts++, DOUBLINGS_MAX));
    double capped = Math.min(doubled, settings.reconnectMax().toMillis());
    // A whole cluster must not come at once to a server that has just started.
    long jittered = Math.round(capped * ThreadLocalRandom.current().nextDouble(0.5, 1));
    later(Duration.ofMillis(jittered), this::connect);
  }

  private void opened(StatefulRedisConnection<String, String> opened) {
    opened.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> ended) {
            executor.execute(() -> lost(opened, "the connection was closed"));
          }
        });
    connection = Optional.of(opened);
    unanswered = 0;
    if (isClosed || !opened.isOpen()) {
      lost(opened, "the connection was closed");
    } else {
      probe(opened);
    }
  }

  private void probe(StatefulRedisConnection<String, String> probed) {
    if (isClosed || !isCurrent(probed)) {
      return;
    }
    timed(RedisUse.PROBE, () -> probed.async().ping())
        .whenCompleteAsync(
            (_, failure) -> {
              if (!isCurrent(probed)) {
                return;
              }
              if (failure == null) {
                answered();
              } else if (++unanswered >= UNANSWERED_MAX) {
                lost(probed, "it does not answer");
                return;
              } else {
                isAway(failure);
              }
              later(settings.probeEvery(), () -> probe(probed));
            },
            executor);
  }

  private boolean isCurrent(StatefulRedisConnection<String, String> one) {
    return connection.filter(current -> current == one).isPresent();
  }

  private void answered() {
    unanswered = 0;
    attempts = 0;
    if (!isUp) {
      log.info("Redis is there");
      isToldAway = false;
    }
    isUp = true;
    telemetry.redisWorks();
  }

  private void isAway(Throwable failure) {
    isUp = false;
    telemetry.redisFails();
    if (!isToldAway && !isClosed) {
      isToldAway = true;
      log.warn("Redis is away; it is tried again for ever: {}", String.valueOf(failure));
    }
  }

  private void lost(StatefulRedisConnection<String, String> ended, String why) {
    if (isCurrent(ended)) {
      connection = Optional.empty();
      isAway(new RedisUnavailable(why));
      ended.closeAsync();
      connectLater();
    }
  }

  /** Takes less than a second. */
  @Override
  public void close() {
    isClosed = true;
    isUp = false;
    connection.ifPresent(StatefulRedisConnection::closeAsync);
    connection = Optional.empty();
    client
        .shutdownAsync(0, 300, TimeUnit.MILLISECONDS)
        .orTimeout(400, TimeUnit.MILLISECONDS)
        .exceptionally(_ -> null)
        .join();
    resources.shutdown(0, 300, TimeUnit.MILLISECONDS).awaitUninterruptibly(500);
  }
}
