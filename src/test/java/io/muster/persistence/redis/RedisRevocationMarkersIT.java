package io.muster.persistence.redis;

import static io.muster.support.Eventually.await;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.OrgId;
import io.muster.actors.session.Cause;
import io.muster.actors.session.Revocation;
import io.muster.actors.session.Revocation.Kind;
import io.muster.actors.session.UserSession;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RedisRevocationMarkersIT {
  private static final Instant T = Instant.ofEpochSecond(1_772_354_124);
  private static Trial trial;

  private final UserSession ada = session("ada");
  private RedisRevocationMarkers markers;

  @BeforeAll
  static void start() {
    trial = Trial.start();
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @BeforeEach
  void empty() {
    trial.isUp();
    trial.server().flush();
    markers = new RedisRevocationMarkers(trial.redis());
  }

  private static UserSession session(String user) {
    return new UserSession(new OrgId("acme"), user, Optional.of("jti-" + user), T);
  }

  private static void mark(String key, String value) {
    trial.server().ask(redis -> redis.set(key, value));
  }

  private Map<UserSession, Cause> over() {
    return await(markers.find(List.of(ada, session("bob"))));
  }

  @Test
  void without_a_marker_nobody_is_over() {
    assertEquals(Map.of(), over());
  }

  @Test
  void a_revoked_token_ends_its_session() {
    mark("revoked_token:jti-ada", "1");
    assertEquals(Map.of(ada, Cause.REVOKED), over());
  }

  @Test
  void a_revoked_user_ends_all_sessions() {
    mark("user_revoked:ada", "1");
    assertEquals(Map.of(ada, Cause.REVOKED), over());
  }

  @Test
  void a_token_without_a_name_is_over_with_its_user_only() {
    var nameless = new UserSession(new OrgId("acme"), "ada", Optional.empty(), T);
    mark("revoked_token:jti-ada", "1");
    assertEquals(Map.of(), await(markers.find(List.of(nameless))));
    mark("user_revoked:ada", "1");
    assertEquals(Map.of(nameless, Cause.REVOKED), await(markers.find(List.of(nameless))));
  }

  @Test
  void a_changed_password_ends_the_tokens_from_before_and_not_those_of_the_same_second() {
    mark("pwd_changed:ada", Long.toString(T.getEpochSecond()));
    assertEquals(Map.of(), over());
    mark("pwd_changed:ada", Long.toString(T.getEpochSecond() + 1));
    assertEquals(Map.of(ada, Cause.PASSWORD_CHANGED), over());
  }

  @Test
  void a_time_that_is_none_says_nothing() {
    mark("pwd_changed:ada", "soon");
    assertEquals(Map.of(), over());
  }

  @Test
  void thousands_are_read_in_one_go() {
    var all = IntStream.range(0, 5_000).mapToObj(i -> session("user-" + i)).toList();
    mark("user_revoked:user-4321", "1");
    long before = trial.count("redis used: REVOCATION");
    assertEquals(Map.of(session("user-4321"), Cause.REVOKED), await(markers.find(all)));
    assertEquals(before + 1, trial.count("redis used: REVOCATION"));
  }

  @Test
  void what_is_put_is_what_the_back_end_reads() {
    put(Kind.TOKEN, "jti-ada");
    put(Kind.USER, "bob");
    put(Kind.PASSWORD, "eve");
    eventually("put", () -> trial.isThere("pwd_changed:eve"));
    assertEquals("1", trial.read("revoked_token:jti-ada"));
    assertEquals("1", trial.read("user_revoked:bob"));
    assertEquals(Long.toString(T.getEpochSecond()), trial.read("pwd_changed:eve"));
    assertTrue(Math.abs(trial.ttl("user_revoked:bob") - 604_800) < 30);
  }

  private void put(Kind kind, String subject) {
    markers.put(new Revocation(kind, subject, Optional.empty(), T, T.plus(Revocation.LIFE_MAX)));
  }

  @Nested
  class Without_redis_nothing_is_said {
    private void assertUnknownInTime() {
      assertTimeout(
          Duration.ofSeconds(1),
          () -> assertThrows(RedisUnavailable.class, RedisRevocationMarkersIT.this::over));
    }

    @Test
    void when_it_hangs() {
      trial.server().pause();
      assertUnknownInTime();
      trial.server().resume();
    }

    @Test
    void when_it_is_down() {
      trial.server().stop();
      assertUnknownInTime();
      trial.server().startAgain();
    }
  }
}
