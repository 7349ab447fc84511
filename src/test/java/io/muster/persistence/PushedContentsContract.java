package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.content.Content;
import io.muster.actors.content.ContentSource;
import io.muster.actors.content.ContentSource.Effective;
import io.muster.actors.content.PushedContents;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What was pushed to a device is kept until something else is. */
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class PushedContentsContract {
  private static final OrgId ACME = new OrgId("acme");
  private static int devices;

  private ContentSource source;
  private PushedContents pushed;
  private DeviceId id;

  abstract Ports ports();

  @BeforeEach
  void a_device() {
    source = ports().pushedSource();
    pushed = ports().pushed();
    id = new DeviceId("pushed-" + devices++);
  }

  private static JsonNode playlist(String name) {
    try {
      return new ObjectMapper()
          .readTree(
              """
              {"id":"p","name":"%s","organizationId":"secret","items":[
                {"contentId":"c","order":0,"content":{"id":"c","url":"https://x/1","metadata":{"text":"ü \\u0000"}}}]}"""
                  .formatted(name));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Content shown() {
    return await(source.resolve(id, ACME)).content().orElseThrow();
  }

  @Test
  void nothing_is_shown_before_anything_is_pushed() {
    assertEquals(Effective.NOTHING, await(source.resolve(id, ACME)));
    assertFalse(source.changesByItself());
  }

  @Test
  void what_was_pushed_is_shown_as_devices_read_it() {
    await(pushed.put(id, ACME, playlist("one")));
    assertEquals("p", shown().playlistId());
    assertEquals(Content.Origin.CURRENT_PLAYLIST, shown().origin());
    assertTrue(shown().playlist().contains("\"loopPlaylist\":true"));
    assertFalse(shown().playlist().contains("secret"));
    assertEquals(0, shown().changedAt().getNano() % 1_000_000);
  }

  @Test
  void the_same_again_keeps_its_time() {
    await(pushed.put(id, ACME, playlist("one")));
    var first = shown();
    await(pushed.put(id, ACME, playlist("one")));
    assertEquals(first, shown());
  }

  @Test
  void something_else_is_later_however_fast_it_comes() {
    await(pushed.put(id, ACME, playlist("0")));
    for (int i = 1; i < 20; i++) {
      var before = shown();
      await(pushed.put(id, ACME, playlist("" + i)));
      assertTrue(shown().changedAt().isAfter(before.changedAt()), before::toString);
    }
  }

  @Test
  void after_it_was_taken_away_nothing_is_shown_and_what_comes_then_is_later() {
    await(pushed.put(id, ACME, playlist("one")));
    var before = shown();
    await(pushed.remove(id, ACME));
    await(pushed.remove(id, ACME));
    assertEquals(Effective.NOTHING, await(source.resolve(id, ACME)));
    await(pushed.put(id, ACME, playlist("one")));
    assertTrue(shown().changedAt().isAfter(before.changedAt()));
  }

  @Test
  void what_never_was_can_be_taken_away() {
    await(pushed.remove(id, ACME));
    assertEquals(Effective.NOTHING, await(source.resolve(id, ACME)));
  }

  @Test
  void rule_45_another_organisation_neither_sees_nor_changes_it() {
    var other = new OrgId("other");
    await(pushed.put(id, ACME, playlist("one")));
    assertEquals(Effective.NOTHING, await(source.resolve(id, other)));
    assertThrows(
        IllegalArgumentException.class, () -> await(pushed.put(id, other, playlist("two"))));
    assertThrows(IllegalArgumentException.class, () -> await(pushed.remove(id, other)));
    assertTrue(shown().playlist().contains("one"));
  }

  @Test
  void what_is_no_playlist_is_refused_and_changes_nothing() {
    await(pushed.put(id, ACME, playlist("one")));
    assertThrows(
        IllegalArgumentException.class,
        () -> await(pushed.put(id, ACME, playlist("x").get("items"))));
    assertTrue(shown().playlist().contains("one"));
  }

  @Test
  void of_many_pushes_at_once_to_a_new_device_one_is_kept() {
    var puts = IntStream.range(0, 6).mapToObj(i -> pushed.put(id, ACME, playlist("" + i))).toList();
    puts.forEach(put -> await(put));
    assertEquals(Optional.of("p"), Optional.of(shown().playlistId()));
  }
}
