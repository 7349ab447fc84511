package io.muster.http.api;

import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.DEVICES;
import static io.muster.support.Tenant.id;
import static io.muster.support.Tenant.json;
import static io.muster.support.Tenant.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.support.Eventually;
import io.muster.support.HttpCaller.Reply;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class DevicesOverHttpTest {
  private Tenant acme;
  private Tenant globex;

  @BeforeEach
  void organisations(TestGateway gateway) {
    acme = Tenant.fresh(gateway);
    globex = Tenant.fresh(gateway);
  }

  private static List<String> ids(Reply page) {
    return StreamSupport.stream(page.json().get("items").spliterator(), false)
        .map(item -> item.get("id").asText())
        .toList();
  }

  @Nested
  class Registering {
    @Test
    void makes_a_device_that_has_never_been_seen() {
      var id = fresh("tv");
      var reply =
          acme.operator()
              .post(DEVICES, json("{'id':'%s','name':'Lobby','tags':['b','a','b']}".formatted(id)));
      assertEquals(201, reply.status(), reply::body);
      assertEquals(Optional.of(path(id)), reply.header("Location"));
      assertEquals("never-seen", reply.json().get("status").asText());
      assertEquals("Lobby", reply.json().get("name").asText());
      assertEquals("[\"a\",\"b\"]", reply.json().get("tags").toString());
    }

    @Test
    void again_changes_nothing() {
      var device = acme.register(fresh("tv"), ",'name':'Lobby'");
      var again =
          acme.operator().post(DEVICES, json("{'id':'%s','name':'Attic'}".formatted(id(device))));
      assertEquals(200, again.status());
      assertEquals("Lobby", again.json().get("name").asText());
    }

    @Test
    void an_id_of_another_organisation_is_refused() {
      var device = acme.device();
      var reply = globex.operator().post(DEVICES, json("{'id':'%s'}".formatted(id(device))));
      assertEquals(409, reply.status());
      assertEquals("device_id_taken", reply.code());
    }

    @Test
    void a_retired_id_is_refused() {
      var device = acme.device();
      acme.admin().delete(device);
      var reply = acme.operator().post(DEVICES, json("{'id':'%s'}".formatted(id(device))));
      assertEquals("device_retired", reply.code());
    }

    @Test
    void ids_that_name_a_part_of_the_api_are_refused() {
      for (String id : List.of("pairing", "auth", "me", "a/b", "", "ä", "x".repeat(129))) {
        var reply = acme.operator().post(DEVICES, json("{'id':'%s'}".formatted(id)));
        assertEquals(400, reply.status(), id);
      }
    }

    @Test
    void at_most_32_tags_of_a_plain_form_are_taken() {
      var many = IntStream.range(0, 33).mapToObj(i -> "'t" + i + "'").toList();
      for (String tags : List.of("'Upper'", "'-x'", "''", "1", String.join(",", many))) {
        var reply =
            acme.operator()
                .post(DEVICES, json("{'id':'%s','tags':[%s]}".formatted(fresh("tv"), tags)));
        assertEquals(400, reply.status(), tags);
      }
    }
  }

  @Nested
  class Reading {
    @Test
    void shows_what_a_connected_device_says_of_itself() {
      var device = acme.device();
      try (var tv = acme.connects(device)) {
        tv.says("heartbeat", "{'appVersion':'2.4.1','metrics':{'cpuUsage':12.5,'memoryUsage':48}}");
        var shown =
            acme.eventually(device, r -> r.json().path("appVersion").asText().equals("2.4.1"));
        assertEquals("online", shown.json().get("status").asText());
        assertTrue(shown.json().has("lastSeen"));
        assertEquals(1, shown.json().get("epoch").asInt());
      }
    }

    @Test
    void a_device_that_is_not_there_is_not_found() {
      var reply = acme.viewer().get(path(fresh("nowhere")));
      assertEquals(404, reply.status());
      assertEquals("device_not_found", reply.code());
    }

    @Test
    void a_device_of_another_organisation_is_not_found_whatever_is_asked() {
      var device = acme.device();
      var command = acme.operator().post(device + "/commands", json("{'type':'reload'}"));
      var timeline = command.header("Location").orElseThrow();
      var stranger = globex.admin();
      var replies =
          List.of(
              stranger.get(device),
              stranger.patch(device, json("{'name':'Mine'}")),
              stranger.put(device + "/tags", json("{'tags':['mine']}")),
              stranger.post(device + "/disable"),
              stranger.post(device + "/enable"),
              stranger.post(device + "/tokens"),
              stranger.delete(device + "/tokens"),
              stranger.post(device + "/commands", json("{'type':'reload'}")),
              stranger.get(device + "/commands"),
              stranger.get(timeline),
              stranger.delete(timeline),
              stranger.delete(device));
      for (Reply reply : replies) {
        assertEquals(404, reply.status(), reply::toString);
        assertEquals("device_not_found", reply.code());
      }
      var after = acme.viewer().get(device).json();
      assertFalse(after.has("retired"));
      assertEquals(1, after.get("pendingCommands").asInt());
    }
  }

  @Nested
  class Listing {
    private String all(String... more) {
      return DEVICES + "?pageSize=3" + String.join("", more);
    }

    @Test
    void shows_only_the_devices_of_ones_own_organisation() {
      var mine = acme.device();
      globex.device();
      assertEquals(List.of(id(mine)), ids(acme.eventually(DEVICES, r -> ids(r).size() == 1)));
    }

    @Test
    void goes_on_where_it_was_while_devices_come_and_go() {
      var run = fresh("run");
      for (int i : List.of(1, 3, 5, 7, 9)) {
        acme.register("%s-%d".formatted(run, i), "");
      }
      var first = acme.eventually(all(), r -> ids(r).size() == 3 && r.json().has("nextPageToken"));
      var seen = new ArrayList<>(ids(first));
      acme.admin().delete(path(run + "-3"));
      acme.admin().delete(path(run + "-7"));
      acme.register(run + "-2", "");
      acme.register(run + "-8", "");
      var token = first.json().get("nextPageToken").asText();
      var last = List.of(run + "-8", run + "-9");
      var rest = acme.eventually(all("&pageToken=", token), r -> ids(r).containsAll(last));
      seen.addAll(ids(rest));
      assertEquals(
          List.of(run + "-1", run + "-3", run + "-5", run + "-8", run + "-9"),
          seen.stream().filter(id -> !id.equals(run + "-7")).toList());
      assertFalse(rest.json().has("nextPageToken"));
    }

    @Test
    void can_be_narrowed_by_status_tag_and_text_together() {
      var run = fresh("run");
      var north = acme.register(run + "-a", ",'name':'North door','tags':['door']");
      acme.register(run + "-b", ",'name':'South door','tags':['door']");
      acme.register(run + "-c", ",'name':'North wall','tags':['wall']");
      try (var _ = acme.connects(north)) {
        var query = DEVICES + "?status=online&tag=door&q=NORTH";
        assertEquals(List.of(id(north)), ids(acme.eventually(query, r -> ids(r).size() == 1)));
        var never = DEVICES + "?status=never-seen&q=" + run;
        assertEquals(2, ids(acme.eventually(never, r -> ids(r).size() == 2)).size());
      }
    }

    @Test
    void takes_signs_of_a_pattern_as_they_are() {
      acme.register(fresh("tv"), ",'name':'100%25'".replace("25", ""));
      acme.register(fresh("tv"), ",'name':'1000'");
      acme.eventually(DEVICES, r -> ids(r).size() == 2);
      assertEquals(1, ids(acme.viewer().get(DEVICES + "?q=0%25")).size());
    }

    @Test
    void refuses_what_is_no_filter() {
      for (String query :
          List.of(
              "pageSize=0",
              "pageSize=501",
              "pageSize=x",
              "pageToken=made-up",
              "status=asleep",
              "tag=No",
              "q=" + "x".repeat(201))) {
        var reply = acme.viewer().get(DEVICES + "?" + query);
        assertEquals(400, reply.status(), query);
        assertEquals("bad_request", reply.code());
      }
    }
  }

  @Nested
  class Changing {
    @Test
    void leaves_alone_what_is_not_named() {
      var device = acme.register(fresh("tv"), ",'name':'Lobby','tags':['a']");
      var named = acme.operator().patch(device, json("{'name':'Attic'}"));
      assertEquals("Attic", named.json().get("name").asText());
      assertEquals("[\"a\"]", named.json().get("tags").toString());
      var tagged = acme.operator().put(device + "/tags", json("{'tags':['b','c']}"));
      assertEquals("[\"b\",\"c\"]", tagged.json().get("tags").toString());
      assertEquals("Attic", tagged.json().get("name").asText());
    }

    @Test
    void nothing_is_not_a_change() {
      assertEquals(400, acme.operator().patch(acme.device(), "{}").status());
    }

    @Test
    void a_disabled_device_keeps_its_socket_and_takes_no_commands() {
      var device = acme.device();
      try (var tv = acme.connects(device)) {
        assertTrue(acme.operator().post(device + "/disable").json().get("disabled").asBoolean());
        var refused = acme.operator().post(device + "/commands", json("{'type':'reload'}"));
        assertEquals(409, refused.status());
        assertEquals("device_disabled", refused.code());
        assertTrue(tv.isConnected());
        assertFalse(acme.operator().post(device + "/enable").json().get("disabled").asBoolean());
        var settled =
            acme.operator()
                .with("Prefer", "wait=20")
                .post(device + "/commands", json("{'type':'reload'}"));
        assertEquals(200, settled.status(), settled::body);
      }
    }
  }

  @Nested
  class Retiring {
    @Test
    void leaves_a_device_that_can_be_read_and_nothing_else() {
      var device = acme.device();
      var command = acme.operator().post(device + "/commands", json("{'type':'reload'}"));
      assertEquals(204, acme.admin().delete(device).status());
      assertEquals(204, acme.admin().delete(device).status());

      var read = acme.viewer().get(device);
      assertEquals(200, read.status());
      assertTrue(read.json().get("retired").asBoolean());
      var timeline = acme.viewer().get(command.header("Location").orElseThrow());
      assertEquals("cancelled", timeline.json().get("state").asText());
      assertEquals(1, acme.viewer().get(device + "/commands").json().get("items").size());
      for (Reply reply :
          List.of(
              acme.operator().patch(device, json("{'name':'x'}")),
              acme.operator().post(device + "/commands", json("{'type':'reload'}")),
              acme.admin().post(device + "/tokens"),
              acme.operator().post(device + "/enable"))) {
        assertEquals(409, reply.status(), reply::toString);
        assertEquals("device_retired", reply.code());
      }
      acme.eventually(DEVICES, r -> ids(r).isEmpty());
    }

    @Test
    void ends_the_socket_for_good() {
      var device = acme.device();
      try (var tv = acme.connects(device)) {
        acme.admin().delete(device);
        Eventually.eventually("the end", () -> !tv.heard("disconnect").isEmpty());
        assertEquals(1, tv.heard("device:revoked").size());
      }
    }
  }
}
