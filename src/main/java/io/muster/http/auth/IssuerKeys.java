package io.muster.http.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import io.muster.http.auth.Claims.Unfit;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of whoever issues user tokens, from its JWKS. Kept, renewed ahead of time and
 * never on the caller's thread. That a key is unknown is only said after a successful read of the
 * issuer's set; while it cannot be read, the answer is that nobody can tell.
 */
public final class IssuerKeys implements AutoCloseable {
  static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);

  private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);

  private static final int RSA_BITS_MIN = 2048;

  /**
   * @param jwks where the key set is
   * @param issuer what {@code iss} must be
   * @param audience what {@code aud} must contain
   * @param renewAfter a set older than this is read again, while it still serves
   * @param uselessAfter a set older than this serves nobody: the issuer may have withdrawn its keys
   * @param readAgainAfter least time between two reads, whatever tokens ask for
   * @param patience for one read
   * @param bytesMax largest set, in bytes
   */
  public record Settings(
      URI jwks,
      Optional<String> issuer,
      Optional<String> audience,
      Duration renewAfter,
      Duration uselessAfter,
      Duration readAgainAfter,
      Duration patience,
      int bytesMax) {

    public static Settings of(URI jwks, Optional<String> issuer, Optional<String> audience) {
      return new Settings(
          jwks,
          issuer,
          audience,
          Duration.ofMinutes(5),
          Duration.ofHours(24),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          256 * 1024);
    }
  }

  /** What a signature is worth. */
  enum Outcome {
    HOLDS,
    FAILS,
    UNKNOWN
  }

  /** Which key a token asks for; without an id only an issuer's single key can be meant. */
  private record Wanted(JWSAlgorithm algorithm, Optional<String> kid) {}

  private record KeySet(Map<Wanted, JWSVerifier> verifiers, Instant readAt) {
    static final KeySet NONE = new KeySet(Map.of(), Instant.MIN);
  }

  private final Settings settings;
  private final Executor executor;
  private final Clock clock;
  private final HttpClient http;
  private final HttpRequest request;
  private final AtomicReference<CompletableFuture<Boolean>> reading = new AtomicReference<>();
  private volatile KeySet keys = KeySet.NONE;
  private volatile Instant triedAt = Instant.MIN;

  /**
   * @param executor where signatures are verified and sets are parsed; never an event loop
   * @throws IllegalArgumentException when the address is not one of HTTP
   */
  public IssuerKeys(Settings settings, Executor executor, Clock clock) {
    this.settings = settings;
    this.executor = executor;
    this.clock = clock;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(settings.patience())
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(executor)
            .build();
    this.request =
        HttpRequest.newBuilder(settings.jwks())
            .timeout(settings.patience())
            .header("Accept", "application/json")
            .build();
  }

  boolean isMeant(Claims claims) throws Unfit {
    return (settings.issuer().isEmpty() || settings.issuer().equals(claims.optional("iss")))
        && settings.audience().map(claims::isFor).orElse(true);
  }

  CompletionStage<Outcome> verifier(JWSHeader header, Predicate<JWSVerifier> isSignedBy) {
    var wanted = new Wanted(header.getAlgorithm(), Optional.ofNullable(header.getKeyID()));
    return CompletableFuture.supplyAsync(() -> known(wanted), executor)
        .thenCompose(known -> known.isPresent() ? now(known) : afterReading(wanted))
        .thenApply(
            verifier ->
                verifier
                    .map(key -> isSignedBy.test(key) ? Outcome.HOLDS : Outcome.FAILS)
                    .orElseGet(this::ofAnUnknownKey))
        .exceptionally(
            fault -> {
              log.error("A signature of the issuer could not be judged", fault);
              return Outcome.UNKNOWN;
            });
  }

  private static <T> CompletionStage<T> now(T value) {
    return CompletableFuture.completedFuture(value);
  }

  private Optional<JWSVerifier> known(Wanted wanted) {
    KeySet current = keys;
    if (isOlder(current.readAt(), settings.uselessAfter())) {
      return Optional.empty();
    }
    if (isOlder(current.readAt(), settings.renewAfter())) {
      read();
    }
    return Optional.ofNullable(current.verifiers().get(wanted));
  }

  private CompletionStage<Optional<JWSVerifier>> afterReading(Wanted wanted) {
    return read().thenApply(_ -> known(wanted));
  }

  /** An unknown key is proven by a set that was read since, or shortly before, it was asked for. */
  private Outcome ofAnUnknownKey() {
    return isOlder(keys.readAt(), settings.readAgainAfter().plus(settings.patience()))
        ? Outcome.UNKNOWN
        : Outcome.FAILS;
  }

  /** One read at a time, and none too soon after the last, whoever asks. */
  private CompletionStage<Boolean> read() {
    var mine = new CompletableFuture<Boolean>();
    var running = reading.compareAndExchange(null, mine);
    if (running != null) {
      return running;
    }
    if (!isOlder(triedAt, settings.readAgainAfter())) {
      reading.set(null);
      mine.complete(false);
      return mine;
    }
    triedAt = clock.instant();
    http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), settings.bytesMax()))
        // The request's own time limit ends with the headers.
        .orTimeout(settings.patience().toMillis() * 2, TimeUnit.MILLISECONDS)
        .thenAcceptAsync(answer -> accept(answer.statusCode(), answer.body()), executor)
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                log.warn("The issuer's keys cannot be read: {}", failure.toString());
              }
              reading.set(null);
              mine.complete(failure == null);
            });
    return mine;
  }

  private void accept(int status, byte[] body) {
    if (status != 200) {
      throw new IllegalStateException("the answer was " + status);
    }
    try {
      keys = usable(JWKSet.parse(new String(body, StandardCharsets.UTF_8)), clock.instant());
    } catch (ParseException e) {
      throw new IllegalStateException("the answer was no key set", e);
    }
  }

  private static KeySet usable(JWKSet set, Instant now) {
    Map<Wanted, JWSVerifier> verifiers = new HashMap<>();
    Map<JWSAlgorithm, Integer> count = new HashMap<>();
    for (JWK key : set.getKeys()) {
      ALGORITHMS.forEach(
          algorithm ->
              verifier(key, algorithm)
                  .ifPresent(
                      verifier -> {
                        if (key.getKeyID() != null) {
                          verifiers.put(
                              new Wanted(algorithm, Optional.of(key.getKeyID())), verifier);
                        }
                        verifiers.put(new Wanted(algorithm, Optional.empty()), verifier);
                        count.merge(algorithm, 1, Integer::sum);
                      }));
    }
    count.forEach(
        (algorithm, keys) -> {
          if (keys > 1) {
            verifiers.remove(new Wanted(algorithm, Optional.empty()));
          }
        });
    return new KeySet(Map.copyOf(verifiers), now);
  }

  private static Optional<JWSVerifier> verifier(JWK key, JWSAlgorithm algorithm) {
    boolean forSigning = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
    boolean fits = key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm);
    if (!forSigning || !fits) {
      return Optional.empty();
    }
    try {
      return switch (key) {
        case RSAKey rsa when algorithm.equals(JWSAlgorithm.RS256) && rsa.size() >= RSA_BITS_MIN ->
            Optional.of(new RSASSAVerifier(rsa));
        case ECKey ec
            when algorithm.equals(JWSAlgorithm.ES256) && ec.getCurve().equals(Curve.P_256) ->
            Optional.of(new ECDSAVerifier(ec));
        default -> Optional.empty();
      };
    } catch (JOSEException e) {
      // One odd key must not take the others with it.
      return Optional.empty();
    }
  }

  private boolean isOlder(Instant then, Duration age) {
    return then.equals(Instant.MIN) || then.plus(age).isBefore(clock.instant());
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
