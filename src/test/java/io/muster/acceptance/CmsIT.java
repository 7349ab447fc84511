package io.muster.acceptance;

import static io.muster.support.Eventually.eventually;
import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.DEVICES;
import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.support.CmsSchema;
import io.muster.support.Contract;
import io.muster.support.FakeDevice;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.json.JSONException;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A gateway beside a CMS: its tables say who is a device and what it shows. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CmsIT {
  private static TestGateway gateway;
  private static CmsSchema cms;

  private String org;
  private String id;
  private String token;

  @BeforeAll
  static void open() {
    gateway =
        TestGateway.postgres(
            Map.of(
                "muster.content.source", "cms",
                "muster.content.api-base-url", "https://api.example",
                "muster.content.recheck", "300ms",
                "muster.registry.source", "cms",
                "muster.registry.recheck", "300ms",
                "muster.device.telling", "200ms"));
    cms = CmsSchema.create(jdbc(gateway.settings().persistence().databaseUrl().orElseThrow()));
  }

  private static String jdbc(String url) {
    return url.startsWith("jdbc:") ? url : "jdbc:" + url;
  }

  @AfterAll
  static void close() {
    cms.close();
    gateway.close();
  }

  @BeforeEach
  void a_device_with_a_playlist() {
    org = fresh("org");
    id = fresh("tv");
    token = gateway.deviceToken(org, id);
    cms.organization(org, "active");
    playlist("current");
    cms.device(
        id,
        org,
        Map.of(
            "currentPlaylistId", "current-" + org, "jwtToken", sha256(token), "nickname", "Lobby"));
  }

  private void playlist(String name) {
    cms.playlist(name + "-" + org, org, Map.of());
    cms.content(name + "-poster-" + org, org, Map.of("url", "minio://b/x.png"));
    cms.item(name + "-" + org, name + "-poster-" + org, Map.of());
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void shows(FakeDevice device, String source, String playlist) {
    eventually(
        playlist,
        () -> {
          var heard = device.heard("playlist:update");
          return !heard.isEmpty() && is(heard.getLast(), source, playlist);
        });
  }

  private static boolean is(JSONObject update, String source, String playlist)
      throws JSONException {
    return update.getString("source").equals(source)
        && update.getJSONObject("playlist").getString("id").equals(playlist);
  }

  @Test
  void tokens_are_neither_given_nor_taken_back_here() {
    var acme = new Tenant(gateway, new Contract(), org);
    var tokens = Tenant.path(id) + "/tokens";
    for (var reply :
        List.of(
            acme.admin().post(tokens),
            acme.admin().delete(tokens),
            acme.operator().post(DEVICES + "/pairing/complete", json("{'code':'AAAAAA'}")))) {
      assertEquals(409, reply.status(), reply::toString);
      assertEquals("device_registered_elsewhere", reply.code());
    }
    assertEquals(403, acme.operator().post(tokens).status());
    try (var device = FakeDevice.connects(gateway, token)) {
      assertTrue(device.isConnected());
    }
  }

  @Test
  void a_device_is_shown_what_the_tables_say_and_their_changes_without_being_told() {
    try (var device = FakeDevice.connects(gateway, token)) {
      shows(device, "currentPlaylist", "current-" + org);
      playlist("lunch");
      cms.schedule(fresh("s"), org, "lunch-" + org, Map.of("displayId", id));
      shows(device, "schedule", "lunch-" + org);
    }
  }

  @Test
  void rule_31_a_device_that_has_not_come_yet_fetches_the_same() {
    var mine = gateway.anonymous().bearing(token).get(DEVICES + "/me/content");
    assertEquals(200, mine.status(), mine::toString);
    assertEquals("current-" + org, mine.json().at("/data/playlist/id").asText());
    assertEquals(
        "https://api.example/api/v1/device-content/current-poster-%s/file".formatted(org),
        mine.json().at("/data/playlist/items/0/content/url").asText());
    var read = gateway.viewer(org).get(DEVICES + "/" + id + "/content");
    assertEquals(mine.json().at("/data/version"), read.json().get("version"));
  }

  @Test
  void the_row_of_a_device_follows_it() {
    try (var _ = FakeDevice.connects(gateway, token)) {
      eventually("online", () -> cms.ofDevice(id, "status").equals(Optional.of("online")));
      assertTrue(cms.timeOfDevice(id, "lastHeartbeat").isPresent());
    }
    eventually("offline", () -> cms.ofDevice(id, "status").equals(Optional.of("offline")));
  }

  @Test
  void content_is_changed_in_the_cms_and_nowhere_else() {
    var path = DEVICES + "/" + id + "/content";
    var put = gateway.operator(org).put(path, json("{'id':'p','items':[]}"));
    assertEquals(409, put.status());
    assertEquals("content_not_pushed", put.code());
    assertEquals("content_not_pushed", gateway.operator(org).delete(path).code());
  }
}
