package io.muster.app.reporting;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.filter.ThresholdFilter;
import io.sentry.Sentry;
import io.sentry.SentryOptions;
import io.sentry.logback.SentryAppender;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Errors of the log, told to a server that speaks Sentry's protocol. Whoever logs puts a line into
 * a bounded queue and goes on; scrubbing, encoding and sending are done elsewhere, and while the
 * server is away what does not fit is dropped.
 */
public final class ErrorReports implements AutoCloseable {
  // A storm of errors tells after a few of them all that it has to tell.
  private static final int LOGGED_MAX = 256;
  private static final int UNSENT_MAX = 30;
  private static final int CRUMBS_MAX = 50;
  // A process that ends has five seconds for everything.
  private static final int CLOSING_MILLIS = 200;
  private static final int PATIENCE_MILLIS = 5_000;

  private final Logger logger;
  private final AsyncAppender queue;

  /**
   * @param serverName told only when somebody has chosen one
   */
  public record Server(
      String dsn, String environment, String release, Optional<String> serverName) {}

  private ErrorReports(Logger logger, AsyncAppender queue) {
    this.logger = logger;
    this.queue = queue;
  }

  /** One at a time in a process, for the client of the protocol is one. */
  public static ErrorReports to(Server server) {
    return to(server, (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME));
  }

  static ErrorReports to(Server server, Logger logger) {
    Sentry.init(options -> set(options, server));
    var queue = queue(logger.getLoggerContext());
    logger.addAppender(queue);
    return new ErrorReports(logger, queue);
  }

  private static void set(SentryOptions options, Server server) {
    options.setDsn(server.dsn());
    options.setEnvironment(server.environment());
    options.setRelease("muster@" + server.release());
    options.setSendDefaultPii(false);
    options.setAttachServerName(false);
    server.serverName().ifPresent(options::setServerName);
    options.setSendModules(false);
    options.setBeforeSend((event, _) -> EventScrubber.event(event));
    options.setBeforeBreadcrumb((crumb, _) -> EventScrubber.crumb(crumb));
    options.setMaxQueueSize(UNSENT_MAX);
    options.setMaxBreadcrumbs(CRUMBS_MAX);
    options.setConnectionTimeoutMillis(PATIENCE_MILLIS);
    options.setReadTimeoutMillis(PATIENCE_MILLIS);
    options.setFlushTimeoutMillis(CLOSING_MILLIS);
    options.setShutdownTimeoutMillis(CLOSING_MILLIS);
    options.setEnableShutdownHook(false); // whoever starts us closes us
    options.setPrintUncaughtStackTrace(true); // as it would be without us
  }

  private static AsyncAppender queue(LoggerContext context) {
    var errors = new SentryAppender();
    errors.setContext(context);
    errors.setName("errors-sender");
    errors.setMinimumEventLevel(Level.ERROR);
    errors.setMinimumBreadcrumbLevel(Level.WARN);
    errors.start();
    var warnings = new ThresholdFilter();
    warnings.setLevel(Level.WARN.toString());
    warnings.start();
    var queue = new AsyncAppender();
    queue.setContext(context);
    queue.setName("errors");
    queue.setQueueSize(LOGGED_MAX);
    queue.setNeverBlock(true);
    queue.setMaxFlushTime(CLOSING_MILLIS);
    queue.addFilter(warnings);
    queue.addAppender(errors);
    queue.start();
    return queue;
  }

  /** Sends what it can within half a second. */
  @Override
  public void close() {
    logger.detachAppender(queue);
    queue.stop();
    Sentry.close();
  }
}
