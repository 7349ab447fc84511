package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.screen.OwnFiles.Permit;
import io.muster.actors.screen.OwnFiles.Served;
import io.muster.actors.screen.ScreenshotKey;
import io.muster.actors.screen.Screenshots;
import io.muster.support.Pictured;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FolderScreenshotsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T08:30:00Z");
  private static final Duration LIFE = Duration.ofMinutes(15);

  @TempDir Path folder;
  private FolderScreenshots storage;

  @BeforeEach
  void open() {
    storage = opened();
  }

  @AfterEach
  void close() {
    storage.close();
  }

  private FolderScreenshots opened() {
    return new FolderScreenshots(
        folder, "https://muster.example", 1_000, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static Permit permit(String url) {
    var uri = URI.create(url);
    var query = uri.getQuery().split("[=&]", 4);
    return new Permit(uri.getPath().substring(1), query[1], query[3]);
  }

  @Nested
  class As_a_storage extends ScreenshotsContract {
    @Override
    Screenshots storage() {
      return storage;
    }
  }

  @Nested
  class An_address_to_read extends Files_there {
    private Permit permit;

    @BeforeEach
    void made() {
      permit = permit(storage.url(key, LIFE));
    }

    @Test
    void leads_to_our_own_door() {
      assertTrue(
          storage.url(key, LIFE).startsWith("https://muster.example/screenshots/acme/tv-1/1"));
    }

    @Test
    void opens_its_file_until_its_time_is_over() {
      assertArrayEquals(picture, await(storage.read(permit, NOW)).map(Served::bytes).orElseThrow());
      assertEquals(Optional.empty(), await(storage.read(permit, NOW.plus(LIFE))));
    }

    @Test
    void opens_no_other_file_and_not_for_longer() {
      var other = permit.key().replace("tv-1", "tv-2");
      var later = Long.toString(NOW.plusSeconds(86_400).getEpochSecond());
      for (Permit forged :
          new Permit[] {
            new Permit(other, permit.expires(), permit.signature()),
            new Permit(permit.key(), later, permit.signature()),
            new Permit(permit.key(), permit.expires(), ""),
            new Permit(permit.key(), "", permit.signature()),
            new Permit(permit.key(), "99999999999999999999", permit.signature()),
            new Permit("../secrets.properties", permit.expires(), permit.signature())
          }) {
        assertEquals(Optional.empty(), await(storage.read(forged, NOW)));
      }
    }

    @Test
    void is_none_to_write() {
      assertFalse(await(storage.write(permit, "image/png", picture, NOW)));
    }

    @Test
    void is_good_after_a_restart_too() {
      try (var again = opened()) {
        assertTrue(await(again.read(permit, NOW)).isPresent());
      }
    }
  }

  @Nested
  class An_address_to_write extends Files_there {
    private Screenshots.Upload upload;
    private Permit permit;

    @BeforeEach
    void made() {
      upload = storage.upload(key, picture.length, LIFE);
      permit = permit(upload.url());
    }

    @Test
    void takes_the_file_it_was_made_for() {
      await(storage.delete(key));
      assertTrue(await(storage.write(permit, "image/png", picture, NOW)));
      assertEquals(picture.length, await(storage.look(key, 1)).orElseThrow().size());
    }

    @Test
    void takes_no_other_type_or_length_and_nothing_afterwards() {
      assertFalse(await(storage.write(permit, "text/html", picture, NOW)));
      assertFalse(await(storage.write(permit, "image/png", new byte[picture.length + 1], NOW)));
      assertFalse(await(storage.write(permit, "image/png", picture, upload.expiresAt())));
    }

    @Test
    void is_none_to_read() {
      assertEquals(Optional.empty(), await(storage.read(permit, NOW)));
    }
  }

  /** With one picture in it. */
  abstract class Files_there {
    final byte[] picture = Pictured.png(64, 36);
    final ScreenshotKey key = ScreenshotsContract.key("tv-1");

    @BeforeEach
    void put() {
      await(storage.put(key, picture));
    }
  }

  @Test
  void its_secret_is_readable_by_nobody_else() throws Exception {
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(folder.resolve("screenshots.key"))));
  }

  @Test
  void an_empty_secret_is_replaced_and_the_new_one_kept() throws Exception {
    var secret = folder.resolve("screenshots.key");
    Files.write(secret, new byte[0]);
    opened().close();
    var made = Files.readAllBytes(secret);
    assertEquals(32, made.length);
    opened().close();
    assertArrayEquals(made, Files.readAllBytes(secret));
  }

  @Test
  void nothing_but_its_secret_is_left_by_making_it() throws Exception {
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void a_folder_that_cannot_be_used_is_a_failure_of_the_picture_and_not_of_the_start()
      throws Exception {
    var file = Files.createFile(folder.resolve("in-the-way"));
    try (var useless = new FolderScreenshots(file, "", 1_000, Clock.fixed(NOW, ZoneOffset.UTC))) {
      assertThrows(
          RuntimeException.class,
          () -> await(useless.put(ScreenshotsContract.key("tv-1"), new byte[1])));
    }
  }

  @Test
  void half_a_picture_is_never_left_in_the_folder() throws Exception {
    await(storage.put(ScreenshotsContract.key("tv-1"), new byte[100]));
    try (var files = Files.list(folder.resolve("screenshots/acme/tv-1"))) {
      assertEquals(1, files.count());
    }
  }
}
