package io.muster.persistence.redis;

import io.muster.actors.Telemetry.RedisUse;
import io.muster.actors.session.Cause;
import io.muster.actors.session.Revocation;
import io.muster.actors.session.RevocationMarkers;
import io.muster.actors.session.UserSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The markers that the REST back end writes when somebody signs out, is barred or changes the
 * password. However many sessions, they are read in one go: a few commands in one pipeline.
 */
public final class RedisRevocationMarkers implements RevocationMarkers {
  private static final String TOKEN = "revoked_token:";
  private static final String USER = "user_revoked:";
  private static final String PASSWORD = "pwd_changed:";

  // Redis does nothing else while it reads these; it takes some hundred microseconds.
  private static final int KEYS_PER_COMMAND = 1_000;

  private final Redis redis;

  public RedisRevocationMarkers(Redis redis) {
    this.redis = redis;
  }

  @Override
  public CompletionStage<Map<UserSession, Cause>> find(Collection<UserSession> sessions) {
    var keys = new LinkedHashSet<String>();
    for (UserSession session : sessions) {
      session.jti().ifPresent(jti -> keys.add(TOKEN + jti));
      keys.add(USER + session.user());
      keys.add(PASSWORD + session.user());
    }
    return read(List.copyOf(keys)).thenApply(markers -> over(sessions, markers));
  }

  private CompletionStage<Map<String, String>> read(List<String> keys) {
    return redis.ask(
        RedisUse.REVOCATION,
        commands -> {
          var markers = new HashMap<String, String>();
          var parts = new ArrayList<CompletableFuture<?>>();
          for (int from = 0; from < keys.size(); from += KEYS_PER_COMMAND) {
            int to = Math.min(keys.size(), from + KEYS_PER_COMMAND);
            parts.add(
                commands
                    .mget(keys.subList(from, to).toArray(String[]::new))
                    .thenAccept(
                        found -> {
                          // All answers of one connection come on one thread, but not all readers.
                          synchronized (markers) {
                            found.forEach(one -> one.ifHasValue(v -> markers.put(one.getKey(), v)));
                          }
                        })
                    .toCompletableFuture());
          }
          return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
              .thenApply(_ -> markers);
        });
  }

  private static Map<UserSession, Cause> over(
      Collection<UserSession> sessions, Map<String, String> markers) {
    var over = new HashMap<UserSession, Cause>();
    if (!markers.isEmpty()) {
      for (UserSession session : sessions) {
        cause(session, markers).ifPresent(why -> over.put(session, why));
      }
    }
    return over;
  }

  private static Optional<Cause> cause(UserSession session, Map<String, String> markers) {
    boolean isRevoked =
        markers.containsKey(USER + session.user())
            || session.jti().filter(jti -> markers.containsKey(TOKEN + jti)).isPresent();
    if (isRevoked) {
      return Optional.of(Cause.REVOKED);
    }
    return Optional.ofNullable(markers.get(PASSWORD + session.user()))
        .flatMap(RedisRevocationMarkers::seconds)
        .filter(changed -> session.issuedAt().getEpochSecond() < changed)
        .map(_ -> Cause.PASSWORD_CHANGED);
  }

  /** What is no number says nothing. */
  private static Optional<Long> seconds(String text) {
    try {
      return Optional.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  @Override
  public void put(Revocation revocation) {
    var life = Duration.between(revocation.at(), revocation.until());
    var subject = revocation.subject();
    redis.tell(
        RedisUse.REVOCATION,
        List.of(
            switch (revocation.kind()) {
              case TOKEN -> new Write.Set(TOKEN + subject, "1", life);
              case USER -> new Write.Set(USER + subject, "1", life);
              case PASSWORD ->
                  new Write.Set(
                      PASSWORD + subject, Long.toString(revocation.at().getEpochSecond()), life);
            }));
  }
}
