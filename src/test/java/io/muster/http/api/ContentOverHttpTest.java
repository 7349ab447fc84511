package io.muster.http.api;

import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.DEVICES;
import static io.muster.support.Tenant.id;
import static io.muster.support.Tenant.json;
import static io.muster.support.Tenant.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.http.auth.Role;
import io.muster.support.HttpCaller.Reply;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class ContentOverHttpTest {
  private static final String MINE = DEVICES + "/me/content";
  private static final String VERSION = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

  private TestGateway gateway;
  private Tenant acme;
  private String device;
  private String content;

  @BeforeEach
  void a_device(TestGateway shared) {
    gateway = shared;
    acme = Tenant.fresh(shared);
    device = acme.device();
    content = device + "/content";
  }

  private static String playlist(String id, String name) {
    return json(
        "{'id':'%s','name':'%s','organizationId':'secret','items':[{'contentId':'c','order':0,'content':{'id':'c','type':'image','url':'https://x/y'}}]}"
            .formatted(id, name));
  }

  private Reply shows(String id, String name) {
    var reply = acme.operator().put(content, playlist(id, name));
    assertEquals(200, reply.status(), reply::toString);
    return reply;
  }

  private Reply mine() {
    return acme.bearing(gateway.deviceToken(acme.org(), id(device))).get(MINE);
  }

  private static void assertRefused(int status, String code, Reply reply) {
    assertEquals(status, reply.status(), reply::toString);
    assertEquals(code, reply.code());
  }

  @Nested
  class A_playlist_that_is_pushed {
    @Test
    void waits_for_a_device_that_is_not_there() {
      var reply = shows("p", "one").json();
      assertEquals(id(device), reply.get("deviceId").asText());
      assertEquals("p", reply.get("playlistId").asText());
      assertEquals("currentPlaylist", reply.get("source").asText());
      assertTrue(reply.get("version").asText().matches(VERSION), reply::toString);
      assertEquals("no_sockets", reply.get("delivery").asText());
    }

    @Test
    void is_read_as_the_device_reads_it() {
      var version = shows("p", "one").json().get("version").asText();
      var read = acme.viewer().get(content);
      assertEquals(200, read.status());
      assertEquals(version, read.json().get("version").asText());
      assertEquals("one", read.json().at("/playlist/name").asText());
      assertTrue(read.json().at("/playlist/loopPlaylist").asBoolean());
      assertFalse(read.body().contains("secret"));
    }

    @Test
    void keeps_its_version_when_it_comes_again_and_rises_when_it_has_changed() {
      var first = shows("p", "one").json().get("version").asText();
      assertEquals(first, shows("p", "one").json().get("version").asText());
      assertTrue(shows("p", "two").json().get("version").asText().compareTo(first) > 0);
    }

    @Test
    void is_gone_after_it_was_taken_away() {
      shows("p", "one");
      assertEquals(204, acme.operator().delete(content).status());
      var read = acme.viewer().get(content).json();
      assertTrue(read.get("playlist").isNull());
      assertEquals("", read.get("version").asText());
      assertTrue(read.get("source").isNull());
    }

    @Test
    void rule_34_is_newer_than_what_was_taken_away() {
      var first = shows("p", "one").json().get("version").asText();
      acme.operator().delete(content);
      assertTrue(shows("p", "one").json().get("version").asText().compareTo(first) > 0);
    }

    @Test
    void must_be_one() {
      assertRefused(400, "bad_request", acme.operator().put(content, json("{'items':[]}")));
      assertRefused(400, "bad_request", acme.operator().put(content, "[]"));
    }
  }

  @Nested
  class A_device_that_is_none_of_the_callers {
    @Test
    void has_no_content_that_could_be_read_or_changed() {
      shows("p", "one");
      var other = Tenant.fresh(gateway);
      assertRefused(404, "device_not_found", other.viewer().get(content));
      assertRefused(404, "device_not_found", other.operator().put(content, playlist("p", "x")));
      assertRefused(404, "device_not_found", other.operator().delete(content));
      assertEquals("one", acme.viewer().get(content).json().at("/playlist/name").asText());
    }

    @Test
    void is_not_made_by_giving_it_content() {
      var nowhere = path(fresh("tv")) + "/content";
      assertRefused(404, "device_not_found", acme.operator().put(nowhere, playlist("p", "x")));
      assertRefused(404, "device_not_found", acme.operator().get(nowhere));
    }

    @Test
    void is_not_shown_anything_when_it_is_retired() {
      acme.admin().delete(device);
      assertRefused(409, "device_retired", acme.operator().put(content, playlist("p", "x")));
    }
  }

  @Nested
  class Who_may_not {
    @Test
    void change_it_may_read_it() {
      assertRefused(403, "forbidden", acme.viewer().put(content, playlist("p", "x")));
      assertRefused(403, "forbidden", acme.viewer().delete(content));
      assertEquals(200, gateway.as(acme.org(), Role.VIEWER).get(content).status());
    }
  }

  @Nested
  class The_device_itself {
    @Test
    void rule_31_gets_what_people_read() {
      shows("p", "one");
      var mine = mine();
      var read = acme.viewer().get(content).json();
      assertEquals(200, mine.status());
      assertEquals(Optional.of("no-store"), mine.header("Cache-Control"));
      assertTrue(mine.json().get("success").asBoolean());
      for (String field : new String[] {"source", "version", "playlist"}) {
        assertEquals(read.get(field), mine.json().at("/data/" + field));
      }
    }

    @Test
    void gets_nothing_while_nothing_is_assigned() {
      assertEquals(
          json("{'success':true,'data':{'source':null,'version':'','playlist':null}}"),
          mine().body());
    }

    @Test
    void gets_nothing_before_it_has_ever_come() {
      var reply = acme.bearing(gateway.deviceToken(acme.org(), fresh("tv"))).get(MINE);
      assertEquals(200, reply.status());
      assertTrue(reply.json().at("/data/playlist").isNull());
    }

    @Test
    void needs_a_good_token_and_is_never_told_that_all_is_over() {
      assertRefused(401, "AUTH_INVALID", acme.anonymous().get(MINE));
      assertRefused(401, "AUTH_INVALID", acme.viewer().get(MINE));
      assertRefused(401, "AUTH_INVALID", acme.bearing("no.such.token").get(MINE));
      acme.admin().delete(device);
      assertRefused(401, "DEVICE_REVOKED", mine());
    }

    @Test
    void of_another_organisation_by_its_token_gets_nothing() {
      shows("p", "one");
      var other = Tenant.fresh(gateway);
      assertRefused(
          401,
          "AUTH_INVALID",
          other.bearing(gateway.deviceToken(other.org(), id(device))).get(MINE));
    }

    @Test
    void asks_at_most_forty_times_a_minute() {
      var token = gateway.deviceToken(acme.org(), id(device));
      var last =
          IntStream.range(0, 41).mapToObj(_ -> acme.bearing(token).get(MINE)).toList().getLast();
      assertRefused(429, "rate_limited", last);
      var wait = Duration.ofSeconds(Long.parseLong(last.header("Retry-After").orElseThrow()));
      assertTrue(wait.compareTo(Duration.ofMinutes(1)) <= 0);
    }
  }
}
