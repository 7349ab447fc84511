package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.actors.screen.ScreenshotKey;
import io.muster.actors.screen.Screenshots;
import io.muster.support.Pictured;
import io.muster.support.S3Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Against a real S3 server, which verifies every signature. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class S3ScreenshotsIT {
  private static final Duration LIFE = Duration.ofMinutes(5);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static S3Server server;
  private static S3Screenshots storage;

  @BeforeAll
  static void open() {
    assumeTrue(S3Server.isProvided(), "no S3 server");
    server = S3Server.start();
    storage = storage(S3Server.SECRET_KEY, Clock.systemUTC(), Duration.ofSeconds(5));
    await(storage.put(ScreenshotsContract.fresh(), new byte[1])); // and there is a bucket
  }

  @AfterAll
  static void close() {
    if (server != null) {
      storage.close();
      server.close();
    }
  }

  private static S3Screenshots storage(String secret, Clock clock, Duration patience) {
    return new S3Screenshots(
        new S3Settings(
            server.url(),
            Optional.empty(),
            S3Server.ACCESS_KEY,
            secret,
            "muster",
            "us-east-1",
            true,
            patience,
            1_000_000),
        clock);
  }

  private static HttpResponse<byte[]> get(String url) throws Exception {
    return CLIENT.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
  }

  private static int put(String url, String type, byte[] bytes) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(url))
            .PUT(BodyPublishers.ofByteArray(bytes))
            .header("Content-Type", type)
            .build();
    return CLIENT.send(request, BodyHandlers.discarding()).statusCode();
  }

  @Nested
  class As_a_storage extends ScreenshotsContract {
    @Override
    Screenshots storage() {
      return storage;
    }
  }

  @Nested
  class An_address_to_read {
    private final byte[] picture = Pictured.png(64, 36);
    private final ScreenshotKey key = ScreenshotsContract.fresh();

    @Test
    void shows_the_picture_as_what_it_is() throws Exception {
      await(storage.put(key, picture));
      var answer = get(storage.url(key, LIFE));
      assertArrayEquals(picture, answer.body());
      assertEquals(Optional.of("image/png"), answer.headers().firstValue("Content-Type"));
    }

    @Test
    void is_refused_when_anything_of_it_is_changed() throws Exception {
      await(storage.put(key, picture));
      var url = storage.url(key, LIFE);
      assertEquals(403, get(url.replace("Expires=300", "Expires=301")).statusCode());
      assertEquals(403, get(url.replaceFirst("\\?.*", "")).statusCode());
      var other = ScreenshotsContract.fresh();
      await(storage.put(other, picture));
      assertEquals(403, get(url.replace(key.text(), other.text())).statusCode());
    }

    @Test
    void is_refused_after_its_time() throws Exception {
      await(storage.put(key, picture));
      var past = Clock.fixed(Instant.now().minus(LIFE).minusSeconds(60), ZoneOffset.UTC);
      try (var then = storage(S3Server.SECRET_KEY, past, Duration.ofSeconds(5))) {
        assertEquals(403, get(then.url(key, LIFE)).statusCode());
      }
    }
  }

  @Nested
  class An_address_to_write {
    private final byte[] picture = Pictured.png(64, 36);
    private final ScreenshotKey key = ScreenshotsContract.fresh();
    private final String url = storage.upload(key, picture.length, LIFE).url();

    @Test
    void takes_the_file_it_was_made_for() throws Exception {
      assertEquals(200, put(url, "image/png", picture));
      assertEquals(picture.length, await(storage.look(key, 1)).orElseThrow().size());
    }

    @Test
    void takes_no_other_type() throws Exception {
      assertEquals(403, put(url, "text/html", picture));
      assertEquals(Optional.empty(), await(storage.look(key, 1)));
    }

    @Test
    void takes_no_other_length() throws Exception {
      assertEquals(403, put(url, "image/png", Arrays.copyOf(picture, picture.length + 1)));
      assertEquals(Optional.empty(), await(storage.look(key, 1)));
    }
  }

  @Nested
  class When_it_does_not_do_its_work {
    @Test
    void a_wrong_secret_is_a_failure_and_no_absence() {
      try (var wrong = storage("another secret", Clock.systemUTC(), Duration.ofSeconds(5))) {
        assertThrows(
            RuntimeException.class, () -> await(wrong.look(ScreenshotsContract.fresh(), 1)));
      }
    }

    @Test
    void one_that_stands_still_is_waited_for_no_longer_than_its_patience() {
      try (var hasty = storage(S3Server.SECRET_KEY, Clock.systemUTC(), Duration.ofMillis(300))) {
        server.freeze();
        long began = System.nanoTime();
        assertThrows(
            RuntimeException.class,
            () -> await(hasty.put(ScreenshotsContract.fresh(), new byte[100])));
        assertTrue(Duration.ofNanos(System.nanoTime() - began).toSeconds() < 5);
      } finally {
        server.thaw();
      }
    }

    @Test
    void a_port_where_nobody_listens_is_a_failure_at_once() throws IOException {
      var nowhere =
          new S3Settings(
              "http://127.0.0.1:1",
              Optional.empty(),
              "key",
              "secret",
              "muster",
              "us-east-1",
              false,
              Duration.ofSeconds(5),
              1_000_000);
      try (var away = new S3Screenshots(nowhere, Clock.systemUTC())) {
        assertThrows(
            RuntimeException.class,
            () -> await(away.put(ScreenshotsContract.fresh(), new byte[100])));
      }
    }
  }
}
