package io.muster.acceptance;

import static io.muster.acceptance.TrialGateway.fresh;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.acceptance.NodeClients.Client;
import io.muster.acceptance.NodeClients.Happening;
import io.muster.acceptance.NodeClients.Program;
import io.muster.http.auth.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The back end deletes a device, or suspends a tenant and resumes it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GoodbyesIT {
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
    var client = node.screen(program, gateway.url(), org, id, Map.of("pace", 0.05));
    started.add(client);
    return client;
  }

  private Client connected(Program program) {
    var client = screen(program);
    client.next("heard config");
    return client;
  }

  private void entitlement(String state) {
    gateway
        .internal(
            "/api/internal/tenant-entitlement",
            "{'organizationId':'%s','state':'%s','reason':'payment'}".formatted(org, state))
        .is(201);
  }

  private void push(String playlist) {
    gateway
        .internal(
            "/api/push/playlist",
            """
            {'deviceId':'%s','playlist':{'id':'%s','name':'Morning','items':[{'contentId':'c-1','order':0,
            'duration':15,'content':{'id':'c-1','name':'Sale','type':'image',
            'url':'https://cdn.example/sale.png','updatedAt':'2026-08-02T08:00:00.000Z'}}]}}"""
                .formatted(id, playlist))
        .is(201);
  }

  private static String showing(Client client) {
    return client.state().path("playlist").asText();
  }

  @Nested
  class A_device_that_is_deleted {
    @ParameterizedTest
    @EnumSource(names = {"ELECTRON", "TELEVISION", "BROWSER"})
    void is_told_why_and_then_in_the_words_it_knows_and_then_let_go(Program program) {
      var client = connected(program);
      gateway
          .internal("/api/internal/device-revoked", "{'deviceId':'" + id + "','reason':'deleted'}")
          .is(201);
      client.next("unpaired");
      assertEquals("deleted", client.next("heard device:revoked").path("reason").asText());
      var heard =
          client.happened().stream()
              .map(Happening::what)
              .filter(what -> what.startsWith("heard "))
              .toList();
      assertTrue(
          heard.indexOf("heard device:revoked") < heard.indexOf("heard error"), client::story);
      assertEquals("device_token_stale", client.next("heard error").path("message").asText());
      assertEquals("pairing", client.screen());
    }

    @ParameterizedTest
    @ValueSource(strings = {"deleted", "blocked"})
    void is_refused_by_code_when_it_comes_again(String reason) {
      var client = connected(Program.ELECTRON);
      gateway
          .internal(
              "/api/internal/device-revoked",
              "{'deviceId':'%s','reason':'%s'}".formatted(id, reason))
          .is(201);
      client.next("unpaired");
      var again = screen(Program.TELEVISION);
      assertEquals("DEVICE_REVOKED", again.next("connect_error").path("code").asText());
    }
  }

  @Nested
  class A_suspended_tenant {
    @ParameterizedTest
    @EnumSource(names = {"ELECTRON", "TELEVISION", "BROWSER"})
    void keeps_its_screens_on_the_line_and_they_resume_with_content(Program program) {
      var client = connected(program);
      push("p-1");
      eventually("it is shown", () -> showing(client).equals("p-1"));
      entitlement("suspended");
      assertTrue(client.next("heard tenant:suspended").has("reason"));
      push("p-2");
      client.does("beat");
      assertTrue(client.isConnected());
      assertFalse(client.ever("heard error"), client::story);
      assertEquals("p-1", showing(client), "withheld while suspended");
      entitlement("resumed");
      client.next("heard tenant:resumed");
      eventually("the new content is shown", () -> showing(client).equals("p-2"));
      assertEquals("content", client.screen());
      assertFalse(client.ever("disconnect"), client::story);
    }

    @ParameterizedTest
    @EnumSource(names = {"ELECTRON", "TELEVISION", "BROWSER"})
    void lets_a_screen_in_that_comes_meanwhile_and_shows_it_content_later(Program program) {
      gateway
          .post("/api/v1/devices", TrialGateway.user(org, Role.OPERATOR), "{'id':'" + id + "'}")
          .is(201);
      push("p-1");
      entitlement("suspended");
      var client = screen(program);
      client.next("heard tenant:suspended");
      assertTrue(client.isConnected());
      assertFalse(client.ever("connect_error"), client::story);
      entitlement("resumed");
      eventually("the content is shown", () -> showing(client).equals("p-1"));
      assertEquals("content", client.screen());
    }

    @ParameterizedTest
    @EnumSource(names = {"ELECTRON", "TELEVISION"})
    void gets_its_commands_when_it_is_resumed(Program program) {
      var client = connected(program);
      entitlement("suspended");
      client.next("heard tenant:suspended");
      var path = gateway.command(org, id, "{'type':'clear_override'}");
      client.does("beat");
      assertEquals(List.of(), client.ran());
      entitlement("resumed");
      gateway.commandIs(org, path, "acknowledged");
      assertEquals(List.of("clear_override"), client.ran());
    }
  }
}
