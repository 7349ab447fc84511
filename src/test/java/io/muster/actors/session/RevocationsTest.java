package io.muster.actors.session;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.OrgId;
import io.muster.actors.session.Revocation.Kind;
import io.muster.support.MemoryRevocations;
import io.muster.support.MemoryTelemetry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RevocationsTest {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00.900Z");
  private static final OrgId ACME = new OrgId("acme");
  private static final OrgId EVIL = new OrgId("evil");
  private static final UserSession ADA =
      new UserSession(ACME, "ada", Optional.of("jti-1"), T.minusSeconds(60));

  private final Present present = new Present();
  private final Markers markers = new Markers();
  private final MemoryRevocations table = new MemoryRevocations();
  private final Revocations revocations = revocations(Optional.of(markers));

  private Revocations revocations(Optional<RevocationMarkers> seen) {
    return new Revocations(
        table, seen, present, new MemoryTelemetry(), Clock.fixed(T, ZoneOffset.UTC));
  }

  private static Revocation revocation(Kind kind, String subject, Optional<OrgId> org) {
    return new Revocation(kind, subject, org, T, T.plus(Revocation.LIFE_MAX));
  }

  /** Those who are connected; the ended are remembered. */
  private static final class Present implements SignedIn {
    private final Set<UserSession> here = new LinkedHashSet<>();
    private final List<String> ended = new ArrayList<>();

    @Override
    public Collection<UserSession> sessions() {
      return List.copyOf(here);
    }

    @Override
    public void end(UserSession session, Cause why) {
      here.remove(session);
      ended.add(session.user() + " " + why.word());
    }
  }

  private static final class Markers implements RevocationMarkers {
    private final Map<UserSession, Cause> over = new HashMap<>();
    private final List<Collection<UserSession>> asked = new ArrayList<>();
    private final List<CompletableFuture<Map<UserSession, Cause>>> unanswered = new ArrayList<>();
    private boolean isAway;
    private boolean isSlow;

    @Override
    public CompletionStage<Map<UserSession, Cause>> find(Collection<UserSession> sessions) {
      asked.add(List.copyOf(sessions));
      if (isSlow) {
        var answer = new CompletableFuture<Map<UserSession, Cause>>();
        unanswered.add(answer);
        return answer;
      }
      return isAway
          ? CompletableFuture.failedFuture(new IllegalStateException("away"))
          : CompletableFuture.completedFuture(Map.copyOf(over));
    }

    @Override
    public void put(Revocation revocation) {}
  }

  /** Hears what a library says by itself. */
  private static final class Ear extends Handler {
    private final List<LogRecord> heard;

    Ear(List<LogRecord> heard) {
      this.heard = heard;
    }

    @Override
    public void publish(LogRecord record) {
      heard.add(record);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Nested
  class A_revocation {
    private boolean hits(Kind kind, String subject, Optional<OrgId> org) {
      return revocation(kind, subject, org).hits(ADA, T);
    }

    @Test
    void of_a_token_hits_that_one() {
      assertTrue(hits(Kind.TOKEN, "jti-1", Optional.of(ACME)));
      assertFalse(hits(Kind.TOKEN, "jti-2", Optional.of(ACME)));
      assertFalse(hits(Kind.TOKEN, "ada", Optional.of(ACME)));
    }

    @Test
    void of_a_user_hits_all_the_sessions() {
      assertTrue(hits(Kind.USER, "ada", Optional.of(ACME)));
      assertFalse(hits(Kind.USER, "jti-1", Optional.of(ACME)));
    }

    @Test
    void never_meets_another_tenant_unless_it_is_for_all() {
      for (Kind kind : Kind.values()) {
        var subject = kind == Kind.TOKEN ? "jti-1" : "ada";
        assertFalse(hits(kind, subject, Optional.of(EVIL)));
        assertTrue(hits(kind, subject, Optional.empty()));
      }
    }

    @Test
    void of_a_password_hits_tokens_from_before_in_whole_seconds() {
      var change = revocation(Kind.PASSWORD, "ada", Optional.of(ACME));
      assertTrue(change.hits(issued(T.minusSeconds(1)), T));
      assertFalse(change.hits(issued(T.minusMillis(900)), T)); // the same second
      assertFalse(change.hits(issued(T.plusSeconds(1)), T));
      assertTrue(change.hits(issued(Instant.EPOCH), T));
    }

    private UserSession issued(Instant at) {
      return new UserSession(ACME, "ada", Optional.empty(), at);
    }

    @Test
    void arrives_on_other_nodes_as_it_was_said() {
      var local = ConfigFactory.parseString("pekko.actor.provider = local");
      var kit = ActorTestKit.create("wire", local.withFallback(ConfigFactory.load()));
      try {
        for (Kind kind : Kind.values()) {
          var wire = kit.serializationTestKit();
          wire.verifySerialization(revocation(kind, "ädá", Optional.of(ACME)), true);
          wire.verifySerialization(revocation(kind, "jti-1", Optional.empty()), true);
        }
      } finally {
        kit.shutdownTestKit();
      }
    }

    @Test
    void is_over_one_day() {
      var one = revocation(Kind.USER, "ada", Optional.of(ACME));
      assertTrue(one.hits(ADA, one.until().minusMillis(1)));
      assertFalse(one.hits(ADA, one.until()));
    }
  }

  @Nested
  class Who_comes {
    @Test
    void is_let_in_when_nothing_is_said() {
      assertEquals(Optional.empty(), await(revocations.judge(ADA)));
    }

    @Test
    void is_not_by_what_is_known_here_without_a_question() {
      revocations.heard(revocation(Kind.USER, "ada", Optional.of(ACME)));
      assertEquals(Optional.of(Cause.REVOKED), await(revocations.judge(ADA)));
      assertEquals(List.of(), markers.asked);
    }

    @Test
    void is_not_by_a_marker() {
      markers.over.put(ADA, Cause.PASSWORD_CHANGED);
      assertEquals(Optional.of(Cause.PASSWORD_CHANGED), await(revocations.judge(ADA)));
    }

    @Test
    void is_let_in_while_markers_cannot_be_read_and_asked_again_at_once() {
      markers.isAway = true;
      assertEquals(Optional.empty(), await(revocations.judge(ADA)));
      markers.isAway = false;
      markers.over.put(ADA, Cause.REVOKED);
      assertEquals(Optional.of(Cause.REVOKED), await(revocations.judge(ADA)));
    }

    @Test
    void leaves_no_trace_in_a_log_each_time_they_cannot_be_read() {
      var told = new ArrayList<LogRecord>();
      var log = Logger.getLogger("com.github.benmanes.caffeine");
      var ear = new Ear(told);
      log.addHandler(ear);
      try {
        markers.isAway = true;
        await(revocations.judge(ADA));
      } finally {
        log.removeHandler(ear);
      }
      assertEquals(List.of(), told);
    }

    @Test
    void many_times_in_a_moment_is_asked_once() {
      IntStream.range(0, 20).forEach(_ -> await(revocations.judge(ADA)));
      assertEquals(1, markers.asked.size());
    }

    @Test
    void is_known_from_the_table_after_a_start() {
      await(table.add(revocation(Kind.TOKEN, "jti-1", Optional.of(ACME))));
      var alone = revocations(Optional.empty());
      alone.read();
      assertEquals(Optional.of(Cause.REVOKED), await(alone.judge(ADA)));
    }
  }

  @Nested
  class Rule_22_who_is_here {
    @Test
    void is_sent_away_by_what_is_heard() {
      present.here.add(ADA);
      revocations.heard(revocation(Kind.USER, "ada", Optional.of(EVIL)));
      assertEquals(List.of(), present.ended);
      revocations.heard(revocation(Kind.USER, "ada", Optional.of(ACME)));
      assertEquals(List.of("ada revoked"), present.ended);
    }

    @Test
    void is_sent_away_by_a_marker_at_the_next_look() {
      present.here.add(ADA);
      revocations.look();
      markers.over.put(ADA, Cause.PASSWORD_CHANGED);
      revocations.look();
      assertEquals(List.of("ada password_changed"), present.ended);
    }

    @Test
    void is_sent_away_when_a_push_was_lost_and_the_table_tells() {
      present.here.add(ADA);
      await(table.add(revocation(Kind.USER, "ada", Optional.of(ACME))));
      revocations.read();
      revocations.look();
      assertEquals(List.of("ada revoked"), present.ended);
    }

    @Test
    void stays_while_markers_cannot_be_read_and_is_found_after_the_outage() {
      present.here.add(ADA);
      markers.over.put(ADA, Cause.REVOKED);
      markers.isAway = true;
      revocations.look();
      assertEquals(List.of(), present.ended);
      markers.isAway = false;
      revocations.look();
      assertEquals(List.of("ada revoked"), present.ended);
    }

    @Test
    void is_not_asked_about_again_while_an_answer_is_awaited() {
      present.here.add(ADA);
      markers.isSlow = true;
      revocations.look();
      revocations.look();
      assertEquals(1, markers.asked.size());
      markers.unanswered.getFirst().completeExceptionally(new IllegalStateException("too slow"));
      revocations.look();
      assertEquals(2, markers.asked.size());
    }

    @Test
    void costs_no_question_when_nobody_is() {
      revocations.look();
      assertEquals(List.of(), markers.asked);
    }

    @Test
    void in_great_numbers_is_asked_about_in_turns() {
      int all = 2 * Revocations.LOOK_MAX + 10;
      IntStream.range(0, all)
          .forEach(i -> present.here.add(new UserSession(ACME, "u" + i, Optional.empty(), T)));
      IntStream.range(0, 3).forEach(_ -> revocations.look());
      var seen = new LinkedHashSet<UserSession>();
      markers.asked.forEach(seen::addAll);
      assertEquals(all, seen.size());
      assertTrue(markers.asked.stream().allMatch(part -> part.size() <= Revocations.LOOK_MAX));
    }
  }

  @Nested
  class A_table_that_is_away {
    @Test
    void is_read_from_where_it_was_left() {
      table.isAway(true);
      revocations.read();
      table.isAway(false);
      var old =
          new Revocation(
              Kind.USER, "ada", Optional.of(ACME), T.minus(Duration.ofDays(6)), T.plusSeconds(60));
      await(table.add(old));
      revocations.read();
      assertEquals(Optional.of(Cause.REVOKED), await(revocations.judge(ADA)));
    }
  }
}
