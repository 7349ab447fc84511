package io.muster.acceptance;

import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.support.FakeDevice;
import io.muster.support.Pictured;
import io.muster.support.S3Server;
import io.muster.support.TestGateway;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.Map;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A whole gateway with its pictures in a real S3 server, there and away. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ScreenshotsInS3IT {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String LIST = "/api/v1/devices/%s/screenshots";

  private static S3Server server;
  private static TestGateway gateway;

  private final byte[] large = Pictured.pngOf(3_000_000);

  @BeforeAll
  static void open() {
    assumeTrue(S3Server.isProvided(), "no S3 server");
    server = S3Server.start();
    gateway =
        TestGateway.embedded(
            Map.of(
                "muster.screenshots.store",
                "s3",
                "muster.screenshots.s3.endpoint",
                server.url(),
                "muster.screenshots.s3.access-key",
                S3Server.ACCESS_KEY,
                "muster.screenshots.s3.secret-key",
                S3Server.SECRET_KEY,
                "muster.screenshots.s3.patience",
                "1s"));
  }

  @AfterAll
  static void close() {
    if (gateway != null) {
      gateway.close();
      server.close();
    }
  }

  private static JSONObject shows(FakeDevice screen) {
    var text = Base64.getEncoder().encodeToString(Pictured.png(64, 36));
    return screen.asks(
        "screenshot:response",
        "{'requestId':'r','imageData':'%s','width':64,'height':36}".formatted(text));
  }

  private static byte[] seen(String device) throws Exception {
    var items = gateway.viewer("acme").get(LIST.formatted(device)).json().get("items");
    var url = URI.create(items.get(0).get("url").asText());
    return CLIENT.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofByteArray()).body();
  }

  @Test
  void a_picture_larger_than_any_message_goes_there_by_itself_and_is_seen() throws Exception {
    try (var screen = FakeDevice.connects(gateway, "acme", "tv-large")) {
      assertTrue(shows(screen).optBoolean("success")); // and there is a bucket
      var offer =
          screen
              .asks(
                  "screenshot:upload",
                  "{'requestId':'r','contentType':'image/png','bytes':%d,'width':4,'height':3}"
                      .formatted(large.length))
              .optJSONObject("data");
      var request =
          HttpRequest.newBuilder(URI.create(offer.optString("url")))
              .PUT(BodyPublishers.ofByteArray(large))
              .header("Content-Type", "image/png")
              .build();
      assertEquals(200, CLIENT.send(request, BodyHandlers.discarding()).statusCode());
      var key = offer.optString("key");
      var ack = screen.asks("screenshot:uploaded", "{'requestId':'r','key':'%s'}".formatted(key));
      assertTrue(ack.optBoolean("success"), ack::toString);
      assertArrayEquals(large, seen("tv-large"));
    }
  }

  @Test
  void a_storage_that_stands_still_costs_pictures_and_nothing_else() {
    try (var screen = FakeDevice.connects(gateway, "acme", "tv-away")) {
      server.freeze();
      assertEquals("Failed to save screenshot", shows(screen).optString("error"));
      assertTrue(screen.asks("heartbeat", "{}").optBoolean("success"));
      var command =
          gateway
              .operator("acme")
              .with("Prefer", "wait=10")
              .post("/api/v1/devices/tv-away/commands", json("{'type':'reload'}"));
      assertEquals("acknowledged", command.json().get("state").asText());
      server.thaw();
      assertTrue(shows(screen).optBoolean("success"));
    } finally {
      server.thaw();
    }
  }
}
