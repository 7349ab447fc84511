package io.muster.http.api;

import static io.muster.support.Eventually.eventually;
import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.id;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.auth.Role;
import io.muster.support.FakeDevice;
import io.muster.support.OneGateway;
import io.muster.support.Pictured;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From the wish to see a screen to the picture of it, through a whole gateway. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class ScreenshotsOverHttpTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private final byte[] picture = Pictured.png(64, 36);

  private TestGateway gateway;
  private Tenant acme;
  private String device;
  private FakeDevice screen;

  @BeforeEach
  void a_screen_that_is_there(TestGateway shared) {
    gateway = shared;
    acme = Tenant.fresh(shared);
    device = acme.device();
    screen = acme.connects(device);
  }

  @AfterEach
  void it_goes() {
    screen.close();
  }

  private static String response(String requestId, byte[] file) {
    return "{'requestId':'%s','imageData':'%s','width':64,'height':36}"
        .formatted(requestId, Base64.getEncoder().encodeToString(file));
  }

  private JSONObject shows(String requestId, byte[] file) {
    return screen.asks("screenshot:response", response(requestId, file));
  }

  private static void isRefused(String error, JSONObject ack) {
    assertEquals(error, ack.optString("error"));
    assertFalse(ack.optBoolean("success"));
  }

  private static void isSaved(JSONObject ack) {
    assertTrue(ack.optJSONObject("data") != null, ack::toString);
    assertTrue(ack.optJSONObject("data").optBoolean("saved"));
  }

  private JsonNode items() {
    return acme.viewer().get(device + "/screenshots").json().get("items");
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(gateway.url() + path)).build();
    return CLIENT.send(request, BodyHandlers.ofByteArray());
  }

  private int put(String path, String type, byte[] bytes) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(gateway.url() + path))
            .PUT(BodyPublishers.ofByteArray(bytes))
            .header("Content-Type", type)
            .build();
    return CLIENT.send(request, BodyHandlers.discarding()).statusCode();
  }

  @Nested
  class Asked_for {
    private String requestId;

    @BeforeEach
    void ask() {
      requestId = acme.operator().post(device + "/screenshots").json().get("requestId").asText();
      eventually("the command", () -> !screen.heard("command").isEmpty());
    }

    @Test
    void by_a_command_that_carries_the_request() {
      var command = screen.heard("command").getFirst();
      assertEquals("screenshot", command.optString("type"));
      assertEquals(requestId, command.optJSONObject("payload").optString("requestId"));
    }

    @Test
    void it_is_listed_with_what_it_says_of_itself_and_is_fresh() {
      isSaved(shows(requestId, picture));
      var shot = items().get(0);
      assertEquals(requestId, shot.get("requestId").asText());
      assertEquals(64, shot.get("width").asInt());
      assertEquals(36, shot.get("height").asInt());
      assertTrue(shot.get("fresh").asBoolean());
    }

    @Test
    void those_who_watch_the_organisation_are_told() {
      try (var dashboard = FakeDevice.knocks(gateway, gateway.userToken(acme.org(), Role.VIEWER));
          var stranger = FakeDevice.knocks(gateway, gateway.userToken(fresh("org"), Role.VIEWER))) {
        eventually("both watch", () -> dashboard.isConnected() && stranger.isConnected());
        isSaved(shows(requestId, picture));
        eventually("told", () -> !dashboard.heard("screenshot:ready").isEmpty());
        var told = dashboard.heard("screenshot:ready").getFirst();
        assertEquals(id(device), told.optString("deviceId"));
        assertEquals(requestId, told.optString("requestId"));
        assertTrue(told.optBoolean("fresh"));
        assertTrue(told.has("requestedAt") && told.has("capturedAt") && told.has("timestamp"));
        assertEquals(List.of(), stranger.heard("screenshot:ready"));
      }
    }
  }

  @Nested
  class Its_address {
    private String url;

    @BeforeEach
    void a_picture() {
      isSaved(shows("r-1", picture));
      url = items().get(0).get("url").asText();
    }

    @Test
    void shows_the_picture_and_nothing_but_a_picture() throws Exception {
      var answer = get(url);
      assertArrayEquals(picture, answer.body());
      assertEquals(Optional.of("image/png"), answer.headers().firstValue("content-type"));
      assertEquals(Optional.of("nosniff"), answer.headers().firstValue("x-content-type-options"));
    }

    @Test
    void shows_nothing_without_its_signature() throws Exception {
      for (String forged :
          new String[] {
            url.replaceFirst("\\?.*", ""),
            url.replaceFirst("signature=.", "signature=-"),
            url.replaceFirst("expires=1", "expires=2"),
            url.replace(id(device), "other"),
            "/screenshots/../secrets.properties",
            "/screenshots/%2e%2e/secrets.properties",
            "/screenshots"
          }) {
        assertEquals(404, get(forged).statusCode(), forged);
      }
    }

    @Test
    void cannot_be_written_to() throws Exception {
      assertEquals(403, put(url, "image/png", picture));
    }
  }

  @Nested
  class Always_answered {
    @Test
    void when_it_is_too_large_for_a_picture_and_still_fits_a_packet() {
      isRefused("Screenshot data too large (max 2MB)", shows("r", new byte[1_530_000]));
    }

    @Test
    void when_it_is_no_base64() {
      isRefused(
          "Invalid base64 format",
          screen.asks(
              "screenshot:response", "{'requestId':'r','imageData':'!!!!','width':1,'height':1}"));
    }

    @Test
    void when_it_is_no_picture() {
      isRefused(
          "Invalid image format: only PNG and JPEG are accepted",
          shows("r", "GIF89a......".getBytes()));
    }

    @Test
    void when_a_member_is_wrong_missing_or_unknown() {
      for (String wrong :
          new String[] {
            "{}",
            "{'requestId':'r'}",
            "{'requestId':'r','imageData':7,'width':1,'height':1}",
            "{'requestId':'r','imageData':'AAAA','width':0,'height':1}",
            "{'requestId':'r','imageData':'AAAA','width':1.5,'height':1}",
            "{'requestId':7,'imageData':'AAAA','width':1,'height':1}",
            "{'requestId':'r','imageData':'AAAA','width':1,'height':1,'more':1}"
          }) {
        isRefused("Validation error", screen.asks("screenshot:response", wrong));
      }
    }

    @Test
    void when_there_are_too_many() {
      for (int i = 0; i < 8; i++) {
        screen.says("screenshot:response", response("r", picture));
      }
      isRefused("rate_limited", shows("r", picture));
      assertTrue(screen.isConnected());
    }
  }

  @Test
  void rule_9_a_full_size_picture_fits_the_packet_that_carries_it() {
    int largest = gateway.settings().screenshots().limits().imageMax();
    isSaved(shows("r-1", Pictured.pngOf(largest)));
    assertEquals(largest, items().get(0).get("bytes").asInt());
  }

  @Test
  void nobody_of_another_organisation_sees_any() {
    isSaved(shows("r-1", picture));
    assertEquals(404, Tenant.fresh(gateway).viewer().get(device + "/screenshots").status());
    assertEquals(403, acme.viewer().post(device + "/screenshots").status());
  }

  @Nested
  class Uploaded_by_the_device {
    private static final int DOOR = 4 * 1024 * 1024;
    private JSONObject offer;

    @BeforeEach
    void ask() {
      offer = screen.asks("screenshot:upload", wish(picture.length)).optJSONObject("data");
    }

    private static String wish(int bytes) {
      return "{'requestId':'r-2','contentType':'image/png','bytes':%d,'width':64,'height':36}"
          .formatted(bytes);
    }

    private JSONObject uploaded(String key) {
      return screen.asks("screenshot:uploaded", "{'requestId':'r-2','key':'%s'}".formatted(key));
    }

    @Test
    void it_is_listed_once_it_is_there() throws Exception {
      assertEquals(200, put(offer.optString("url"), "image/png", picture));
      isSaved(uploaded(offer.optString("key")));
      var shot = items().get(0);
      assertEquals("r-2", shot.get("requestId").asText());
      assertArrayEquals(picture, get(shot.get("url").asText()).body());
    }

    @Test
    void only_the_promised_type_and_length_are_taken() throws Exception {
      assertEquals(403, put(offer.optString("url"), "text/html", picture));
      assertEquals(403, put(offer.optString("url"), "image/png", new byte[picture.length + 1]));
      isRefused("Nothing was uploaded under this key", uploaded(offer.optString("key")));
    }

    @Test
    void a_key_of_another_device_is_refused() {
      var other = offer.optString("key").replace(id(device), "tv-other");
      isRefused("Unauthorized: not a key of this device", uploaded(other));
    }

    @Test
    void one_as_large_as_our_own_door_takes_is_kept() throws Exception {
      var largest = Pictured.pngOf(DOOR);
      var place = screen.asks("screenshot:upload", wish(DOOR)).optJSONObject("data");
      assertEquals(200, put(place.optString("url"), "image/png", largest));
      isSaved(uploaded(place.optString("key")));
      assertEquals(DOOR, items().get(0).get("bytes").asInt());
    }

    @Test
    void one_larger_than_our_own_door_takes_is_not_even_offered_a_place() {
      isRefused(
          "Screenshot too large (max 4194304 bytes)",
          screen.asks("screenshot:upload", wish(DOOR + 1)));
    }
  }
}
