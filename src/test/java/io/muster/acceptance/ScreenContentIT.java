package io.muster.acceptance;

import static io.muster.acceptance.TrialGateway.fresh;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.acceptance.NodeClients.Client;
import io.muster.acceptance.NodeClients.Program;
import io.muster.http.auth.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Playlists that the back end pushes, on the screens of the shipped programs. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ScreenContentIT {
  private final TrialGateway gateway = TrialGateway.shared();
  private final NodeClients node = NodeClients.shared();
  private final List<Client> started = new ArrayList<>();
  private final String org = fresh("org");
  private final String id = fresh("screen");

  @AfterEach
  void stop() {
    started.forEach(Client::close);
  }

  private Client screen(Program program) {
    return screen(program, id);
  }

  private Client another(Program program) {
    return screen(program, fresh("screen"));
  }

  private Client screen(Program program, String device) {
    var client = node.screen(program, gateway.url(), org, device, Map.of("pace", 0.05));
    started.add(client);
    client.next("heard config");
    return client;
  }

  private void register() {
    gateway
        .post("/api/v1/devices", TrialGateway.user(org, Role.OPERATOR), "{'id':'" + id + "'}")
        .is(201);
  }

  private JsonNode push(String playlist) {
    return gateway.internal("/api/push/playlist", body(playlist)).is(201).json();
  }

  private String body(String playlist) {
    return """
        {'deviceId':'%s','playlist':{'id':'%s','name':'Morning','items':[{'id':'i','contentId':'c-1',
        'order':0,'duration':15,'content':{'id':'c-1','name':'Sale','type':'image',
        'url':'https://cdn.example/sale.png','thumbnail':null,'mimeType':'image/png','duration':10,
        'metadata':{},'updatedAt':'2026-08-02T08:00:00.000Z'}}]}}"""
        .formatted(id, playlist);
  }

  private static List<String> updates(Client client, String field) {
    return client.all("heard playlist:update").stream()
        .map(update -> update.path(field).toString())
        .distinct()
        .toList();
  }

  @Nested
  class A_playlist {
    @ParameterizedTest
    @EnumSource(names = {"ELECTRON", "TELEVISION", "BROWSER"})
    void whose_ack_is_lost_is_sent_again_as_it_was_until_it_is_acknowledged(Program program) {
      var client = screen(program);
      client.loses("playlist:update ack", 2);
      push("p-1");
      eventually("it comes three times", () -> client.all("heard playlist:update").size() == 3);
      assertEquals(1, updates(client, "version").size(), client::story);
      assertEquals(1, updates(client, "playlist").size(), client::story);
      assertEquals("p-1", client.state().path("playlist").asText());
      // An acknowledged one does not come again: the next is another.
      assertTrue(push("p-2").path("success").asBoolean());
      eventually("the next is shown", () -> showing(client).equals("p-2"));
      assertEquals(4, client.all("heard playlist:update").size(), client::story);
      client.assertWell();
    }

    @Test
    void whose_ack_is_lost_is_shown_once_by_a_television() {
      var client = screen(Program.TELEVISION);
      client.loses("playlist:update ack", 1);
      push("p-1");
      client.next("gated");
      assertEquals(1, client.state().path("rotations").asInt(), client::story);
    }

    @Test
    void that_is_delivered_is_told_so_to_the_back_end() {
      screen(Program.TELEVISION);
      assertTrue(push("p-1").path("success").asBoolean());
    }

    @Test
    void that_nobody_could_take_is_there_when_the_screen_comes() {
      register();
      assertFalse(push("p-1").path("success").asBoolean());
      var client = screen(Program.BROWSER);
      eventually("it is shown", () -> showing(client).equals("p-1"));
      var heard = client.happened().stream().map(NodeClients.Happening::what).toList();
      assertTrue(
          heard.indexOf("heard config") < heard.indexOf("heard playlist:update"), client::story);
    }

    @Test
    void that_Electron_refuses_is_shown_after_it_has_come_back() {
      var client = screen(Program.ELECTRON);
      client.loses("apply", 1);
      push("p-1");
      eventually("it is shown", () -> showing(client).equals("p-1"));
      eventually("it is there", client::isConnected);
      client.assertWell();
    }

    @Test
    void that_was_changed_has_a_greater_version() {
      var client = screen(Program.TELEVISION);
      push("p-1");
      gateway.internal("/api/push/playlist", body("p-1").replace("'duration':15", "'duration':20"));
      eventually("the change is shown", () -> client.state().path("rotations").asInt() == 2);
      var versions = updates(client, "version");
      assertTrue(versions.getFirst().compareTo(versions.getLast()) < 0, versions::toString);
    }
  }

  @Nested
  class A_television_that_hears_no_push {
    @Test
    void is_told_by_its_heartbeat_to_fetch_what_it_should_show() {
      var client = screen(Program.TELEVISION);
      client.loses("playlist:update", 1_000);
      push("p-1");
      client.next("reconciles");
      eventually("it is shown", () -> showing(client).equals("p-1"));
      // Pulled under the version that was pushed, so that it converges.
      assertEquals(updates(client, "version"), List.of(client.state().path("version").toString()));
    }
  }

  @Nested
  class An_Electron_that_asks {
    @Test
    void gets_what_it_was_pushed() {
      var client = screen(Program.ELECTRON);
      push("p-1");
      client.does("breaks");
      eventually(
          "it asks again",
          () -> client.all("requested").size() == 2 && showing(client).equals("p-1"));
      var asked = client.all("requested").getLast().path("data").path("playlist");
      assertEquals(asked.toString(), updates(client, "playlist").getFirst());
    }
  }

  @Nested
  class A_screen_that_shows_something {
    @ParameterizedTest
    @EnumSource(names = {"ELECTRON", "BROWSER"})
    void goes_on_when_an_item_of_it_fails(Program program) {
      var client = screen(program);
      push("p-1");
      eventually("it is shown", () -> client.screen().equals("content"));
      client.does("contentFails", "{'contentId':'c-1'}");
      client.does("beat");
      eventually("it is answered after that", () -> client.all("beat").size() >= 2);
      assertEquals("content", client.screen());
      assertFalse(client.ever("heard error"), client::story);
    }

    @Test
    void reports_120_impressions_a_minute_and_all_are_taken() {
      var screens = Program.SCREENS.stream().map(ScreenContentIT.this::another).toList();
      // A minute of items of a second, in six seconds.
      screens.forEach(screen -> screen.does("plays", "{'items':60,'every':100,'asks':true}"));
      for (Client client : screens) {
        client.next("played");
        eventually(
            client + ": each is acknowledged",
            () -> client.state().path("sent").path("ok").asInt() == 120);
        assertFalse(client.ever("disconnect"), client::story);
        client.assertWell();
      }
      assertEquals(List.of(180, 180), List.of(counted("starts"), counted("plays")));
    }

    private int counted(String what) {
      var days =
          gateway.get("/api/v1/statistics/daily?by=device", TrialGateway.user(org, Role.VIEWER));
      int sum = 0;
      for (JsonNode day : days.is(200).json().path("items")) {
        sum += day.path(what).asInt();
      }
      return sum;
    }
  }

  private static String showing(Client client) {
    return client.state().path("playlist").asText();
  }
}
