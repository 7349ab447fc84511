package io.muster.http.api;

import static io.muster.support.Eventually.eventually;
import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.DEVICES;
import static io.muster.support.Tenant.id;
import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who is down, and who is told of it, over HTTP. Devices are missed soon here. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AlertsOverHttpTest {
  private static final String OUTAGES = "/api/v1/outages";
  private static final String NOTIFICATIONS = "/api/v1/notifications";
  private static final String RULES = "/api/v1/grace-rules";
  private static TestGateway gateway;
  private Tenant acme;

  @BeforeAll
  static void open() {
    gateway =
        TestGateway.embedded(
            Map.of(
                "muster.device.telling", "100ms",
                "muster.device.grace", "200ms",
                "muster.notifications.interval", "50ms"));
  }

  @AfterAll
  static void close() {
    gateway.close();
  }

  @BeforeEach
  void an_organisation() {
    acme = Tenant.fresh(gateway);
  }

  private String comesAndGoes(String more) {
    var device = acme.register(fresh("tv"), more);
    acme.connects(device).close();
    return device;
  }

  private static List<JsonNode> items(JsonNode page) {
    var items = new ArrayList<JsonNode>();
    page.get("items").forEach(items::add);
    return items;
  }

  private List<JsonNode> stored(int count, String query) {
    var page = acme.eventually(NOTIFICATIONS + query, reply -> items(reply.json()).size() >= count);
    return items(page.json());
  }

  @Nested
  class A_device_that_goes_offline {
    @Test
    void is_in_the_list_of_who_is_down_until_it_is_back() {
      var device = comesAndGoes("");
      var down = acme.eventually(OUTAGES, reply -> !items(reply.json()).isEmpty()).json();
      assertEquals(id(device), down.at("/items/0/deviceId").asText());
      assertTrue(items(Tenant.fresh(gateway).viewer().get(OUTAGES).json()).isEmpty());
      stored(1, "");
      try (var _ = acme.connects(device)) {
        acme.eventually(OUTAGES, reply -> items(reply.json()).isEmpty());
        var ended =
            acme.eventually(OUTAGES + "?state=closed", reply -> !items(reply.json()).isEmpty());
        assertTrue(ended.json().at("/items/0/notified").asBoolean());
        assertEquals("device_online", stored(2, "").getFirst().get("type").asText());
      }
    }

    @Test
    void is_a_notification_that_can_be_read_and_dismissed() {
      comesAndGoes("");
      var notification = stored(1, "?unread=true").getFirst();
      assertEquals("device_offline", notification.get("type").asText());
      var path = NOTIFICATIONS + "/" + notification.get("id").asText();
      assertEquals(404, Tenant.fresh(gateway).admin().post(path + "/read").status());
      assertEquals(403, acme.viewer().post(path + "/read").status());
      assertTrue(acme.operator().post(path + "/read").json().get("read").asBoolean());
      assertTrue(items(acme.viewer().get(NOTIFICATIONS + "?unread=true").json()).isEmpty());
      assertEquals(200, acme.operator().post(path + "/dismiss").status());
      assertTrue(items(acme.viewer().get(NOTIFICATIONS).json()).isEmpty());
    }
  }

  @Nested
  class A_rule {
    @Test
    void of_a_tag_holds_for_its_devices_at_once_and_for_no_others() {
      acme.admin().put(RULES + "/tags/patient", json("{'graceSeconds':3600}"));
      // Other nodes learn of it by a message; so does this one.
      eventually(
          "the rule is known",
          () -> {
            var patient = comesAndGoes(",'tags':['patient']");
            var usual = comesAndGoes("");
            acme.eventually(
                DEVICES + "/" + id(usual),
                reply -> reply.json().get("status").asText().equals("offline"));
            return acme.viewer()
                .get(DEVICES + "/" + id(patient))
                .json()
                .get("status")
                .asText()
                .equals("reconnecting");
          });
    }

    @Test
    void that_mutes_leaves_the_device_in_the_list_of_who_is_down() {
      var rule = acme.admin().put(RULES + "/organization", json("{'muted':true}"));
      assertEquals(json("{'scope':'organization','muted':true}"), rule.body());
      eventually(
          "the rule is known",
          () -> {
            var device = comesAndGoes("");
            var down = acme.eventually(OUTAGES, reply -> reply.body().contains(id(device))).json();
            return items(down).stream()
                .filter(outage -> outage.get("deviceId").asText().equals(id(device)))
                .noneMatch(outage -> outage.get("notified").asBoolean());
          });
    }

    @Test
    void is_listed_and_removed() {
      acme.admin().put(RULES + "/devices/tv-1", json("{'graceSeconds':10,'muted':false}"));
      acme.admin().put(RULES + "/organization", json("{'graceSeconds':604800}"));
      assertEquals(
          List.of("device", "organization"),
          items(acme.viewer().get(RULES).json()).stream()
              .map(rule -> rule.get("scope").asText())
              .toList());
      assertEquals(204, acme.admin().delete(RULES + "/devices/tv-1").status());
      assertEquals(404, acme.admin().delete(RULES + "/devices/tv-1").status());
    }

    @Test
    void is_an_admins_business() {
      assertEquals(
          403, acme.operator().put(RULES + "/organization", json("{'muted':true}")).status());
      assertEquals(403, acme.operator().delete(RULES + "/organization").status());
    }

    @Test
    void has_bounds() {
      for (String bad :
          List.of(
              "{}",
              "{'graceSeconds':9}",
              "{'graceSeconds':604801}",
              "{'muted':1}",
              "{'muted':true,'x':1}")) {
        assertEquals(400, acme.admin().put(RULES + "/organization", json(bad)).status(), bad);
      }
    }

    @Test
    void of_what_can_be_no_tag_is_nowhere() {
      var admin = gateway.admin(acme.org()); // the document says what a tag is
      assertEquals(404, admin.put(RULES + "/tags/NO!", json("{'muted':true}")).status());
    }
  }

  @Test
  void what_is_not_understood_is_refused() {
    for (String bad :
        List.of(
            OUTAGES + "?state=ajar",
            OUTAGES + "?pageToken=nope",
            OUTAGES + "?state=closed&pageToken=nope",
            NOTIFICATIONS + "?unread=maybe",
            NOTIFICATIONS + "?pageSize=501")) {
      assertEquals(400, acme.viewer().get(bad).status(), bad);
    }
  }
}
