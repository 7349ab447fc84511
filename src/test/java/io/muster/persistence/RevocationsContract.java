package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.OrgId;
import io.muster.actors.session.Revocation;
import io.muster.actors.session.Revocation.Kind;
import io.muster.actors.session.RevocationTable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What was revoked is remembered until it is over. */
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class RevocationsContract {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00.123456Z");

  private final Optional<OrgId> org = Optional.of(new OrgId("org-" + UUID.randomUUID()));
  private RevocationTable table;

  abstract Ports ports();

  @BeforeEach
  void open() {
    table = ports().revocations();
  }

  private Revocation ada(Kind kind, Instant at) {
    return new Revocation(kind, "ada", org, at, at.plus(Duration.ofDays(7)));
  }

  private List<Revocation> found(Instant at, Instant now) {
    return await(table.since(at, now)).stream().filter(r -> r.org().equals(org)).toList();
  }

  @Test
  void it_is_found_as_it_was_said() {
    for (Kind kind : Kind.values()) {
      assertTrue(await(table.add(ada(kind, T.plusSeconds(kind.ordinal())))));
    }
    assertEquals(
        List.of(
            ada(Kind.PASSWORD, T.plusSeconds(2)),
            ada(Kind.USER, T.plusSeconds(1)),
            ada(Kind.TOKEN, T)),
        found(T, T));
    assertEquals(List.of(ada(Kind.PASSWORD, T.plusSeconds(2))), found(T.plusSeconds(2), T));
  }

  @Test
  void one_for_all_organisations_is_of_none() {
    var subject = UUID.randomUUID().toString();
    var one = new Revocation(Kind.USER, subject, Optional.empty(), T, T.plusSeconds(60));
    await(table.add(one));
    assertTrue(await(table.since(T, T)).contains(one));
  }

  @Test
  void a_later_one_takes_the_place_of_the_earlier() {
    await(table.add(ada(Kind.USER, T)));
    await(table.add(ada(Kind.USER, T.plusSeconds(5))));
    assertEquals(List.of(ada(Kind.USER, T.plusSeconds(5))), found(T, T));
  }

  @Test
  void it_ends() {
    await(table.add(ada(Kind.USER, T)));
    assertEquals(1, found(T, T.plus(Duration.ofDays(7)).minusMillis(1)).size());
    assertEquals(List.of(), found(T, T.plus(Duration.ofDays(7))));
  }

  @Test
  void any_text_is_a_subject() {
    var odd = new Revocation(Kind.USER, "ädá ' \u0000 \ud83d", org, T, T.plusSeconds(60));
    assertTrue(await(table.add(odd)));
    assertEquals(1, found(T, T).size());
  }

  @Test
  void an_organisation_has_a_thousand_at_once() {
    var all =
        IntStream.range(0, RevocationTable.PER_ORG_MAX)
            .mapToObj(
                i ->
                    table
                        .add(new Revocation(Kind.TOKEN, "jti-" + i, org, T, T.plusSeconds(60)))
                        .toCompletableFuture())
            .toList();
    all.forEach(one -> assertTrue(await(one)));
    assertFalse(await(table.add(ada(Kind.USER, T))));
    var again = new Revocation(Kind.TOKEN, "jti-7", org, T.plusSeconds(1), T.plusSeconds(61));
    assertTrue(await(table.add(again)));
    assertTrue(await(table.add(ada(Kind.USER, T.plusSeconds(61)))));
  }
}
