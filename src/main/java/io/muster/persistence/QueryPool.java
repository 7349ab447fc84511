package io.muster.persistence;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.device.DeviceTags;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A bounded number of statements at once, a bounded queue before them, and an end to waiting. */
final class QueryPool implements AutoCloseable {
  /** Beyond it a query is refused at once: those before it would keep it waiting too long. */
  private static final int QUEUE_MAX = 2_000;

  /** Nobody waits longer, whatever the database does. */
  private static final Duration PATIENCE = Duration.ofMillis(4_500);

  private final HikariDataSource connections;
  private final ExecutorService threads;

  QueryPool(DatabaseUrl url, int size) {
    connections = new HikariDataSource(config(url, size));
    threads =
        new ThreadPoolExecutor(
            size,
            size,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE_MAX),
            Thread.ofPlatform().daemon().name("muster-query-", 0).factory());
  }

  private static HikariConfig config(DatabaseUrl url, int size) {
    var config = new HikariConfig();
    config.setPoolName("muster-queries");
    config.setJdbcUrl(url.jdbc());
    config.setDriverClassName(url.dialect().driver);
    url.user().ifPresent(config::setUsername);
    url.password().ifPresent(config::setPassword);
    // Each slice of the projection holds one connection while it writes a batch, and so does what
    // writes the reports of devices.
    config.setMaximumPoolSize(size + DeviceTags.ALL.size() + 1);
    // The embedded file must not be closed and opened again between two queries.
    config.setMinimumIdle(1);
    config.setConnectionTimeout(3_000);
    config.setValidationTimeout(1_000);
    config.setInitializationFailTimeout(-1);
    config.setTransactionIsolation("TRANSACTION_" + Database.ISOLATION);
    if (url.dialect() == Dialect.POSTGRESQL) {
      config.addDataSourceProperty("connectTimeout", "3");
      config.addDataSourceProperty("socketTimeout", "10");
      config.addDataSourceProperty("tcpKeepAlive", "true");
      config.addDataSourceProperty("reWriteBatchedInserts", "true");
    }
    return config;
  }

  Connection connection() throws SQLException {
    return connections.getConnection();
  }

  <T> CompletionStage<T> run(Database.Work<T> work) {
    var answer = new CompletableFuture<T>();
    try {
      threads.execute(() -> answer(answer, work));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(new ReadModelUnavailable("too many queries are waiting", e));
    }
    return answer
        .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(translated(failure)));
  }

  private <T> void answer(CompletableFuture<T> answer, Database.Work<T> work) {
    if (answer.isDone()) {
      return; // Nobody waits for it any more.
    }
    try (var connection = connections.getConnection()) {
      answer.complete(work.on(connection));
    } catch (Throwable failure) {
      answer.completeExceptionally(failure);
    }
  }

  private static Throwable translated(Throwable failure) {
    return switch (failure) {
      case SQLException e -> new ReadModelUnavailable("the database does not answer", e);
      case TimeoutException e -> new ReadModelUnavailable("the database did not answer in time", e);
      default -> failure;
    };
  }

  @Override
  public void close() {
    threads.shutdownNow();
    connections.close();
  }
}
