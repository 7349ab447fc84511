package io.muster.acceptance;

import static io.muster.acceptance.OfficialClient.options;
import static io.muster.acceptance.TrialGateway.fresh;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.OrgId;
import io.muster.http.auth.Role;
import io.muster.http.auth.Secret;
import io.muster.http.auth.TokenMint;
import io.muster.http.auth.TokenMint.Minted;
import io.muster.support.HttpCaller;
import io.muster.support.RedisServer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is said of users elsewhere, by markers in Redis, reaches the dashboards that are open. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SessionsIT {
  /** One second, and one more for a machine that has other things to do. */
  private static final Duration SOON = Duration.ofSeconds(2);

  private static final String INTERNAL = "internal-secret-of-the-acceptance-tests";

  private static RedisServer redis;
  private static TrialGateway gateway;

  private final String org = fresh("org");
  private final String ada = fresh("ada");
  private final Minted token =
      new TokenMint(Secret.of(TrialGateway.USER_SECRET), Clock.systemUTC())
          .user(ada, new OrgId(org), Role.VIEWER, Optional.empty(), Duration.ofHours(1));

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    gateway =
        TrialGateway.start(
            Map.of("muster.redis.url", redis.url(), "muster.auth.internal-secret", INTERNAL));
    isReached();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    redis.close();
  }

  private static void isReached() {
    eventually(
        "Redis is up",
        () -> HttpCaller.of(gateway.url()).get("/metrics").body().contains("muster_redis_up 1"));
  }

  private OfficialClient tab() {
    var tab = knocks();
    tab.next("connect");
    return tab;
  }

  private OfficialClient knocks() {
    return OfficialClient.with(gateway.url(), "{'token':'%s'}".formatted(token.token()));
  }

  private OfficialClient page() {
    var options = options();
    options.extraHeaders = Map.of("Cookie", List.of("vizora_auth_token=" + token.token()));
    var page = OfficialClient.with(gateway.url(), "{'organizationId':'" + org + "'}", options);
    page.next("connect");
    return page;
  }

  private static void mark(String key, String value) {
    redis.ask(r -> r.setex(key, 600, value));
  }

  private static void assertExpired(String reason, OfficialClient client, long since) {
    assertEquals(reason, client.next("session:expired").path("reason").asText());
    var took = Duration.ofNanos(System.nanoTime() - since);
    assertTrue(took.compareTo(SOON) < 0, took::toString);
  }

  @Nested
  class Rule_22_an_open_dashboard {
    @Test
    void ends_when_its_token_is_revoked() {
      try (var tab = tab()) {
        long since = System.nanoTime();
        mark("revoked_token:" + token.jti(), "1");
        assertExpired("revoked", tab, since);
        assertEquals("io server disconnect", tab.next("disconnect").asText());
      }
    }

    @Test
    void ends_when_its_user_is_barred() {
      try (var tab = tab()) {
        long since = System.nanoTime();
        mark("user_revoked:" + ada, "1");
        assertExpired("revoked", tab, since);
      }
    }

    @Test
    void ends_when_the_password_is_changed_and_a_page_may_come_back() {
      try (var page = page()) {
        long since = System.nanoTime();
        mark("pwd_changed:" + ada, Long.toString(token.issuedAt().getEpochSecond() + 1));
        assertExpired("password_changed", page, since);
        var before = page.opened();
        eventually("it tries again by itself", () -> page.opened() > before + 1);
        assertTrue(page.isActive());
        redis.ask(r -> r.del("pwd_changed:" + ada)); // as if it had a new cookie
        page.next("connect");
      }
    }

    @Test
    void stays_when_another_changes_the_password() {
      try (var tab = tab()) {
        mark("user_revoked:" + ada + "x", "1");
        mark("user_revoked:" + ada.substring(1), "1");
        var other = fresh("bob");
        mark("user_revoked:" + other, "1");
        // A later marker that does end it shows that the earlier ones have been looked at.
        mark("pwd_changed:" + ada, Long.toString(token.issuedAt().getEpochSecond()));
        mark("revoked_token:" + token.jti(), "1");
        assertEquals("revoked", tab.next("session:expired").path("reason").asText());
      }
    }

    @Test
    void ends_when_a_service_says_so_and_others_see_the_marker() {
      try (var tab = tab()) {
        gateway
            .post(
                "/api/v1/sessions/revoke",
                "",
                "{'userId':'" + ada + "'}",
                "x-internal-api-key",
                INTERNAL)
            .is(200);
        tab.next("session:expired");
        eventually("marked", () -> redis.ask(r -> r.get("user_revoked:" + ada)) != null);
      }
    }

    @Test
    void of_another_program_is_not_marked_by_an_admin_who_may_not_know_it() {
      try (var tab = tab()) {
        gateway
            .post(
                "/api/v1/sessions/revoke",
                TrialGateway.user(org, Role.ADMIN),
                "{'userId':'" + ada + "'}")
            .is(200);
        tab.next("session:expired");
        String marker = redis.ask(r -> r.get("user_revoked:" + ada));
        assertEquals(null, marker);
      }
    }
  }

  @Nested
  class Who_comes_with_a_session_that_is_over {
    @Test
    void by_a_token_is_refused_for_good() {
      mark("revoked_token:" + token.jti(), "1");
      try (var tab = knocks()) {
        var refused = tab.next("connect_error");
        assertEquals("AUTH_INVALID", refused.path("data").path("code").asText());
        assertFalse(tab.isActive());
      }
    }

    @Test
    void over_http_is_told_to_sign_in() {
      mark("user_revoked:" + ada, "1");
      gateway.get("/api/v1/devices", token.token()).is(401);
    }
  }

  @Nested
  class While_redis_hangs {
    @Test
    void users_are_let_in_and_found_as_soon_as_it_is_back() {
      mark("user_revoked:" + ada, "1");
      redis.pause();
      try (var tab = tab()) {
        gateway.get("/api/v1/devices", token.token()).is(200);
        assertEquals(List.of(), tab.all("session:expired"));
        redis.resume();
        tab.next("session:expired");
      } finally {
        redis.resume();
        isReached();
      }
    }
  }
}
