package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.screen.ImageType;
import io.muster.actors.screen.ScreenshotKey;
import io.muster.actors.screen.Screenshots;
import io.muster.support.OneGateway;
import io.muster.support.Pictured;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is put is there, until it is deleted. */
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class ScreenshotsContract {
  final byte[] picture = Pictured.png(64, 36);

  abstract Screenshots storage();

  static ScreenshotKey key(String device) {
    return new ScreenshotKey(
        new OrgId("acme"), new DeviceId(device), 1_700_000_000_123L, ImageType.PNG);
  }

  static ScreenshotKey fresh() {
    return key(OneGateway.fresh("tv"));
  }

  @Test
  void a_file_begins_and_ends_as_it_was_put() {
    var key = fresh();
    await(storage().put(key, picture));
    var found = await(storage().look(key, 1_000_000)).orElseThrow();
    assertEquals(picture.length, found.size());
    assertArrayEquals(picture, found.bytes());
  }

  @Test
  void no_more_of_a_file_is_read_than_was_asked_for() {
    var key = fresh();
    await(storage().put(key, picture));
    var found = await(storage().look(key, 40)).orElseThrow();
    assertEquals(picture.length, found.size());
    assertArrayEquals(Arrays.copyOf(picture, 40), found.bytes());
  }

  @Test
  void a_file_that_nobody_has_put_is_not_there() {
    assertEquals(Optional.empty(), await(storage().look(fresh(), 40)));
  }

  @Test
  void a_newer_file_takes_the_place_of_the_older() {
    var key = fresh();
    await(storage().put(key, Pictured.png(4, 3)));
    await(storage().put(key, picture));
    assertEquals(picture.length, await(storage().look(key, 1)).orElseThrow().size());
  }

  @Test
  void a_deleted_file_is_gone_and_deleting_again_changes_nothing() {
    var key = fresh();
    await(storage().put(key, picture));
    await(storage().delete(key));
    await(storage().delete(key));
    assertEquals(Optional.empty(), await(storage().look(key, 40)));
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "..", "...", ".hidden", "A_b-c.9"})
  void a_device_may_have_any_name(String device) {
    await(storage().put(key(device), picture));
    assertEquals(picture.length, await(storage().look(key(device), 1)).orElseThrow().size());
    await(storage().delete(key(device)));
  }
}
