package io.muster.actors.screen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ScreenshotKeyTest {
  private static final OrgId ACME = new OrgId("acme");

  private static ScreenshotKey key(String device) {
    return ScreenshotKey.at(
        ACME, new DeviceId(device), Instant.ofEpochMilli(1_700_000_000_123L), ImageType.JPEG);
  }

  @Test
  void is_written_as_the_back_end_knows_it() {
    assertEquals("screenshots/acme/tv-1/1700000000123.jpg", key("tv-1").text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tv-1", ".", "..", "...", ".hidden", "a..b", "A_b-c.9"})
  void is_read_as_it_was_written(String device) {
    assertEquals(Optional.of(key(device)), ScreenshotKey.of(key(device).text()));
  }

  @ParameterizedTest
  @ValueSource(strings = {".", ".."})
  void of_a_device_with_the_name_of_a_folder_leads_nowhere_else(String device) {
    assertFalse(key(device).text().contains("/" + device + "/"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "screenshots/acme/tv-1",
        "screenshots/acme/tv-1/1.gif",
        "screenshots/acme/tv-1/01.png",
        "screenshots/acme/tv-1/-1.png",
        "screenshots/acme/tv-1/1.png/",
        "screenshots/acme/../1.png",
        "screenshots/acme/=tv/1.png",
        "screenshots/../tv-1/1.png",
        "screenshots/acme/me/1.png",
        "screenshots/acme/a/b/1.png",
        "/screenshots/acme/tv-1/1.png",
        "other/acme/tv-1/1.png",
        "screenshots/acme/tv-1/9999999999999999.png"
      })
  void is_nothing_else(String text) {
    assertEquals(Optional.empty(), ScreenshotKey.of(text));
  }
}
