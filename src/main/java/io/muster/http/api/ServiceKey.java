package io.muster.http.api;

import io.muster.http.auth.Presented;
import io.muster.http.auth.Secret;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.server.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets services in by the key they share with us. Where none is set, nobody comes in.
 *
 * <p>A revocation that is refused here is a device that goes on playing, so every refusal is
 * counted and told in the log, though not each in a line of its own.
 */
public final class ServiceKey extends Directives {
  private static final Logger log = LoggerFactory.getLogger(ServiceKey.class);
  private static final long LINE_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

  private final Optional<Secret> secret;
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong nextLine = new AtomicLong(System.nanoTime());

  public ServiceKey(Optional<Secret> secret) {
    this.secret = secret;
  }

  /** Before anything of the request is looked at. */
  Route needed(Supplier<Route> inner) {
    return optionalHeaderValueByName(
        Presented.INTERNAL_KEY_HEADER,
        shown -> {
          if (secret.isPresent() && shown.filter(secret.get()::matches).isPresent()) {
            return inner.get();
          }
          return refuse(shown);
        });
  }

  private Route refuse(Optional<String> shown) {
    var why =
        secret.isEmpty()
            ? "INTERNAL_API_SECRET is not set here"
            : shown.isEmpty() ? "Missing internal API key" : "Invalid internal API key";
    return extractMatchedPath(
        path -> {
          tell(path, why);
          return complete(NestAnswers.unauthorized(why));
        });
  }

  private void tell(String path, String why) {
    long count = refused.incrementAndGet();
    long now = System.nanoTime();
    long due = nextLine.get();
    if (now - due >= 0 && nextLine.compareAndSet(due, now + LINE_EVERY_NANOS)) {
      refused.addAndGet(-count);
      log.warn("A back end was refused {} times, last at {}: {}", count, path, why);
    }
  }
}
