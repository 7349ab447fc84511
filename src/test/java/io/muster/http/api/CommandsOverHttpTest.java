package io.muster.http.api;

import static io.muster.support.OneGateway.PENDING_MAX;
import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.support.HttpCaller;
import io.muster.support.HttpCaller.Reply;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class CommandsOverHttpTest {
  private static final String RELOAD = json("{'type':'reload'}");
  private Tenant acme;
  private String device;
  private String commands;

  @BeforeEach
  void a_device(TestGateway gateway) {
    acme = Tenant.fresh(gateway);
    device = acme.device();
    commands = device + "/commands";
  }

  private HttpCaller keyed(String key) {
    return acme.operator().with("Idempotency-Key", key);
  }

  private HttpCaller waiting(String seconds) {
    return acme.operator().with("Prefer", "wait=" + seconds);
  }

  private static String state(Reply reply) {
    return reply.json().get("state").asText();
  }

  private static List<String> timeline(Reply reply) {
    return reply.json().get("timeline").findValuesAsText("state");
  }

  @Nested
  class Sent_to_a_device_that_is_away {
    @Test
    void is_accepted_with_its_place_and_can_be_read_there() {
      var reply = acme.operator().post(commands, RELOAD);
      assertEquals(202, reply.status());
      assertEquals(List.of("queued"), timeline(reply));
      var read = acme.viewer().get(reply.header("Location").orElseThrow());
      assertEquals(reply.json(), read.json());
      assertEquals("operator", read.json().get("requestedBy").asText());
    }

    @Test
    void is_sent_when_the_device_comes() {
      var place =
          acme.operator()
              .post(commands, json("{'type':'volume','payload':{'level':3}}"))
              .header("Location")
              .orElseThrow();
      try (var tv = acme.connects(device)) {
        var settled = acme.eventually(place, r -> state(r).equals("acknowledged"));
        assertEquals(List.of("queued", "sent", "acknowledged"), timeline(settled));
        assertEquals(3, tv.heard("command").getFirst().optJSONObject("payload").optInt("level"));
      }
    }

    @Test
    void can_be_cancelled_once() {
      var place = acme.operator().post(commands, RELOAD).header("Location").orElseThrow();
      var cancelled = acme.operator().delete(place);
      assertEquals(200, cancelled.status());
      assertEquals("cancelled", state(cancelled));
      var again = acme.operator().delete(place);
      assertEquals(409, again.status());
      assertEquals("command_settled", again.code());
      assertEquals(List.of("queued", "cancelled"), timeline(acme.viewer().get(place)));
    }

    @Test
    void gives_way_to_a_newer_one_of_the_same_collapse_key() {
      var body = json("{'type':'show','payload':1,'collapseKey':'k'}");
      var older = acme.operator().post(commands, body).header("Location").orElseThrow();
      acme.operator().post(commands, body);
      assertEquals("superseded", state(acme.viewer().get(older)));
      assertEquals(1, acme.viewer().get(device).json().get("pendingCommands").asInt());
    }

    @Test
    void is_refused_when_the_queue_is_full_and_nothing_is_dropped() {
      for (int i = 0; i < PENDING_MAX; i++) {
        assertEquals(202, acme.operator().post(commands, RELOAD).status());
      }
      var refused = acme.operator().post(commands, RELOAD);
      assertEquals(409, refused.status());
      assertEquals("too_many_pending", refused.code());
      var pending = acme.viewer().get(device).json().get("pendingCommands").asInt();
      assertEquals(PENDING_MAX, pending);
    }
  }

  @Nested
  class With_patience {
    @Test
    void is_answered_when_the_device_has() {
      try (var tv = acme.connects(device)) {
        tv.answers("{'ok':false,'error':'no display'}");
        var reply = waiting("20").post(commands, RELOAD);
        assertEquals(200, reply.status(), reply::body);
        assertEquals("failed", state(reply));
        assertEquals(Optional.of("wait=20"), reply.header("Preference-Applied"));
        var last = reply.json().get("timeline").get(2);
        assertEquals("no display", last.get("reason").asText());
      }
    }

    @Test
    void is_answered_as_it_is_when_patience_ends() {
      var began = System.nanoTime();
      var reply = waiting("1").post(commands, RELOAD);
      assertEquals(202, reply.status());
      assertEquals("queued", state(reply));
      assertTrue(System.nanoTime() - began >= Duration.ofMillis(900).toNanos());
    }

    @Test
    void is_awaited_for_30_seconds_at_most() {
      try (var _ = acme.connects(device)) {
        var reply = waiting("999").post(commands, RELOAD);
        assertEquals(Optional.of("wait=30"), reply.header("Preference-Applied"));
      }
    }

    @Test
    void of_an_unknown_kind_is_not_waited_for() {
      var reply = acme.operator().with("Prefer", "respond-async").post(commands, RELOAD);
      assertEquals(202, reply.status());
      assertTrue(reply.header("Preference-Applied").isEmpty());
    }
  }

  @Nested
  class With_an_idempotency_key {
    @Test
    void is_the_same_command_with_the_same_place_when_asked_for_again() {
      var key = fresh("key");
      var first = keyed(key).post(commands, RELOAD);
      var again = keyed(key).post(commands, RELOAD);
      assertEquals(202, again.status());
      assertEquals(first.json(), again.json());
      assertEquals(first.header("Location"), again.header("Location"));
      assertEquals(1, acme.viewer().get(device).json().get("pendingCommands").asInt());
    }

    @Test
    void of_another_command_is_refused() {
      var key = fresh("key");
      keyed(key).post(commands, RELOAD);
      for (String other :
          List.of(
              "{'type':'reboot'}",
              "{'type':'reload','payload':1}",
              "{'type':'reload','expiresInSeconds':60}")) {
        var refused = keyed(key).post(commands, json(other));
        assertEquals(422, refused.status(), other);
        assertEquals("idempotency_key_reused", refused.code());
      }
    }

    @Test
    void is_the_same_command_even_after_it_has_settled() {
      var key = fresh("key");
      var place = keyed(key).post(commands, RELOAD).header("Location").orElseThrow();
      acme.operator().delete(place);
      var again = keyed(key).post(commands, RELOAD);
      assertEquals(202, again.status());
      assertEquals(Optional.of(place), again.header("Location"));
      assertEquals("cancelled", state(again));
      assertEquals(200, keyed(key).with("Prefer", "wait=5").post(commands, RELOAD).status());
    }

    @Test
    void may_be_used_again_for_another_device() {
      var key = fresh("key");
      var first = keyed(key).post(commands, RELOAD);
      var other = keyed(key).post(acme.device() + "/commands", RELOAD);
      assertEquals(202, other.status());
      assertNotEquals(first.json().get("deviceId"), other.json().get("deviceId"));
    }

    @Test
    void has_at_most_128_characters() {
      assertEquals(400, keyed("k".repeat(129)).post(commands, RELOAD).status());
      assertEquals(202, keyed("k".repeat(128)).post(commands, RELOAD).status());
    }
  }

  @Nested
  class With_bounds {
    private Duration life(String body) {
      var reply = acme.operator().post(commands, json(body));
      assertEquals(202, reply.status(), reply::body);
      var queued = Instant.parse(reply.json().at("/timeline/0/at").asText());
      return Duration.between(queued, Instant.parse(reply.json().get("expiresAt").asText()));
    }

    @Test
    void expires_after_an_hour_unless_it_is_told_otherwise() {
      assertEquals(Duration.ofHours(1), life("{'type':'reload'}"));
      assertEquals(Duration.ofSeconds(1), life("{'type':'reload','expiresInSeconds':1}"));
      assertEquals(Duration.ofDays(30), life("{'type':'reload','expiresInSeconds':2592000}"));
    }

    @Test
    void is_refused_outside_of_them() {
      for (String wish :
          List.of(
              "{'type':'reload','expiresInSeconds':0}",
              "{'type':'reload','expiresInSeconds':2592001}",
              "{'type':'reload','expiresInSeconds':1.5}",
              "{'type':'reload','expiresInSeconds':'60'}",
              "{'type':'Reload'}",
              "{'type':''}",
              "{}",
              "{'type':'reload','collapseKey':'%s'}".formatted("k".repeat(65)))) {
        var reply = acme.operator().post(commands, json(wish));
        assertEquals(400, reply.status(), wish);
        assertEquals("bad_request", reply.code());
      }
    }

    @Test
    void carries_a_payload_of_up_to_64_kibibytes() {
      // Two quotes are part of it; each letter takes two bytes.
      var most = "ä".repeat(32 * 1024 - 1);
      var body = "{'type':'show','payload':'%s'}";
      assertEquals(202, acme.operator().post(commands, json(body.formatted(most))).status());
      var reply = acme.operator().post(commands, json(body.formatted(most + "x")));
      assertEquals(413, reply.status());
      assertEquals("payload_too_large", reply.code());
    }
  }

  @Nested
  class A_history {
    @Test
    void shows_the_newest_first_in_pages_that_new_ones_do_not_disturb() {
      var sent = new ArrayList<String>();
      for (int i = 0; i < 4; i++) {
        sent.addFirst(acme.operator().post(commands, RELOAD).json().get("id").asText());
      }
      var first = acme.viewer().get(commands + "?pageSize=2").json();
      assertEquals(sent.subList(0, 2), first.get("items").findValuesAsText("id"));
      acme.operator().post(commands, RELOAD);
      var next = commands + "?pageSize=2&pageToken=" + first.get("nextPageToken").asText();
      var second = acme.viewer().get(next).json();
      assertEquals(sent.subList(2, 4), second.get("items").findValuesAsText("id"));
      assertFalse(second.has("nextPageToken"));
    }

    @Test
    void of_a_command_that_never_was_is_not_found() {
      for (String id : List.of("none", "1-aaaaaaaaaaaa", "zzzzzz-aaaaaaaaaaaa")) {
        var reply = acme.viewer().get(commands + "/" + id);
        assertEquals(404, reply.status(), id);
        assertEquals("command_not_found", reply.code());
        assertEquals("command_not_found", acme.operator().delete(commands + "/" + id).code());
      }
    }

    @Test
    void refuses_a_page_that_cannot_be() {
      assertEquals(400, acme.viewer().get(commands + "?pageSize=201").status());
      assertEquals(400, acme.viewer().get(commands + "?pageToken=made-up").status());
    }
  }
}
