package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Pairings;
import io.muster.actors.Pairings.Bound;
import io.muster.actors.Pairings.Pairing;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Codes are shown, entered and handed out once. */
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class PairingsContract {
  private static final Instant NOW = Instant.parse("2026-03-01T08:30:00Z");
  private static final Bound BOUND =
      new Bound(new DeviceId("tv-1"), new OrgId("acme"), "a.signed.token");
  private static int codes = 100_000;

  private Pairings pairings;
  private String code;
  private String identifier;

  abstract Ports ports();

  @BeforeEach
  void show_a_code() {
    pairings = ports().pairings();
    code = Integer.toString(codes++);
    identifier = "mac-" + code;
    await(pairings.open(pairing(code)));
  }

  @Test
  void a_code_is_found_as_it_was_shown() {
    assertEquals(Optional.of(pairing(code)), await(pairings.find(code, NOW)));
  }

  @Test
  void an_unknown_code_is_not_found() {
    for (String other : new String[] {"", "no", code + " ", "\0"}) {
      assertEquals(Optional.empty(), await(pairings.find(other, NOW)));
      assertFalse(await(pairings.bind(other, BOUND, NOW)));
      assertEquals(Optional.empty(), await(pairings.collect(other, NOW)));
    }
  }

  @Test
  void a_code_ends_after_five_minutes_bound_or_not() {
    var later = NOW.plusSeconds(300);
    assertFalse(await(pairings.bind(code, BOUND, later)));
    assertTrue(await(pairings.bind(code, BOUND, NOW)));
    assertEquals(Optional.empty(), await(pairings.collect(code, later)));
    assertEquals(Optional.empty(), await(pairings.find(code, later)));
  }

  @Test
  void a_newer_code_of_the_same_device_ends_the_older() {
    var newer = code + "n";
    await(pairings.open(pairing(newer)));
    assertEquals(Optional.empty(), await(pairings.find(code, NOW)));
    assertTrue(await(pairings.find(newer, NOW)).isPresent());
  }

  @Test
  void a_code_is_bound_once() {
    assertTrue(await(pairings.bind(code, BOUND, NOW)));
    var other = new Bound(new DeviceId("tv-2"), new OrgId("evil"), "other");
    assertFalse(await(pairings.bind(code, other, NOW)));
    assertEquals(Optional.of(BOUND), await(pairings.find(code, NOW)).orElseThrow().bound());
  }

  @Test
  void what_was_bound_is_handed_out_once_however_many_ask() {
    assertEquals(Optional.empty(), await(pairings.collect(code, NOW)));
    assertTrue(await(pairings.bind(code, BOUND, NOW)));

    var asked =
        Stream.generate(() -> pairings.collect(code, NOW).toCompletableFuture()).limit(8).toList();
    assertEquals(1, asked.stream().filter(a -> await(a).equals(Optional.of(BOUND))).count());
    assertEquals(Optional.empty(), await(pairings.find(code, NOW)));
  }

  private Pairing pairing(String code) {
    return new Pairing(
        code, identifier, Optional.of("Lobby"), NOW.plusSeconds(300), Optional.empty());
  }
}
