package io.muster.acceptance;

import static io.muster.acceptance.NodeClients.tree;
import static io.muster.acceptance.TrialGateway.fresh;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.acceptance.NodeClients.Client;
import io.muster.acceptance.NodeClients.Program;
import io.muster.actors.OrgId;
import io.muster.http.auth.Role;
import io.muster.http.auth.Secret;
import io.muster.http.auth.TokenMint;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the shipped programs live through at a gateway, seen on their screens. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ShippedProgramsIT {
  // A tenth of the programs' real times.
  private static final Map<String, Object> BRISK = Map.of("pace", 0.1);

  private final TrialGateway gateway = TrialGateway.shared();
  private final NodeClients node = NodeClients.shared();
  private final List<Client> started = new ArrayList<>();
  private final String org = fresh("org");

  @AfterEach
  void stop() {
    started.forEach(Client::close);
  }

  private Client screen(Program program) {
    var client = node.screen(program, gateway.url(), org, fresh("screen"), BRISK);
    started.add(client);
    return client;
  }

  private Client connected(Program program) {
    var client = screen(program);
    client.next("heard config");
    return client;
  }

  private Client page(Map<String, ?> more) {
    var client = node.dashboard(gateway.url(), org, more);
    started.add(client);
    return client;
  }

  private String order(Client client, String type) {
    return gateway.command(org, client.name(), "{'type':'" + type + "'}");
  }

  @Nested
  class A_screen_whose_content_fails {
    @ParameterizedTest
    @EnumSource(names = {"ELECTRON", "BROWSER"})
    void is_never_blanked_for_telling_so(Program program) {
      var client = connected(program);
      var before = client.screen();
      for (int n = 0; n < 12; n++) {
        client.does("contentFails", "{'contentId':'content-" + n + "'}");
      }
      client.does("beat");
      eventually("it is answered after that", () -> client.all("beat").size() >= 2);
      assertFalse(client.ever("heard error"), client::story);
      assertEquals(before, client.screen());
      client.assertWell();
    }
  }

  @Nested
  class A_browser_display_that_names_what_it_shows_in_plain_text {
    @Test
    void is_heard_like_any_other() {
      var client = node.start(Program.BARE, fresh("bare"), bare(fresh("screen")));
      started.add(client);
      client.next("heard config");
      var ack =
          client.asks(
              "heartbeat",
              tree(
                  "{'timestamp':'2026-08-21T08:00:00.000Z','metrics':{'cpuUsage':0,"
                      + "'memoryUsage':12,'uptime':5},'currentContent':'c-1','status':'online'}"));
      assertTrue(ack.path("success").asBoolean(), ack::toString);
      assertFalse(client.ever("heard error"), client::story);
    }

    private Map<String, Object> bare(String id) {
      return Map.of(
          "url",
          gateway.url(),
          "auth",
          Map.of(
              "token", TrialGateway.device(org, id), "capabilities", Map.of("deliveryAck", true)));
    }
  }

  @Nested
  class A_reload_whose_ack_is_lost {
    @ParameterizedTest
    @EnumSource(names = {"TELEVISION", "BROWSER"})
    void with_the_page_runs_once(Program program) {
      var client = connected(program);
      client.loses("command ack", 1);
      var reload = order(client, "reload");
      client.next("heard config");
      var done = gateway.commandIs(org, reload, "acknowledged");
      assertEquals("reconnected", done.path("timeline").path(2).path("evidence").asText());
      // What comes after it comes, and it does not come again with it.
      gateway.commandIs(org, order(client, "clear_override"), "acknowledged");
      assertEquals(List.of("reload", "clear_override"), client.ran());
      assertFalse(client.ever("repeated"), client::story);
    }

    @Test
    void on_a_line_that_stays_runs_once_too() {
      var client = connected(Program.ELECTRON);
      client.loses("command ack", 1);
      order(client, "reload");
      // It goes on when the time for the ack is over, and never says the same again.
      gateway.commandIs(org, order(client, "clear_override"), "acknowledged");
      assertEquals(List.of("reload", "clear_override"), client.ran());
    }
  }

  @Nested
  class A_dashboard {
    @Test
    void sees_every_device_whether_it_connects_before_during_or_after() {
      var before = page(Map.of());
      before.next("connect");
      var screens = new ArrayList<Client>();
      screens.add(connected(Program.TELEVISION));
      var during = page(Map.of());
      for (Program program : Program.SCREENS) {
        screens.add(screen(program));
      }
      screens.forEach(screen -> screen.next("connect"));
      var after = page(Map.of());
      for (Client page : List.of(before, during, after)) {
        eventually(page + " sees all", () -> online(page).containsAll(names(screens)));
      }
      var late = connected(Program.ELECTRON);
      for (Client page : List.of(before, during, after)) {
        eventually("and who comes later", () -> online(page).contains(late.name()));
      }
    }

    @Test
    void sees_a_device_again_that_came_while_its_own_line_was_broken() {
      var page = page(BRISK);
      page.next("connect");
      page.does("breaks");
      page.next("disconnect");
      var client = connected(Program.ELECTRON);
      page.next("connect");
      eventually("it sees it", () -> online(page).contains(client.name()));
    }

    @Test
    void with_an_expired_cookie_keeps_trying_until_it_is_renewed() {
      var client = connected(Program.ELECTRON);
      var page = page(Map.of("pace", 0.02, "cookie", expired()));
      // More often than the program would stand being refused.
      IntStream.range(0, 8).forEach(_ -> page.next("opened"));
      assertFalse(page.ever("gave up"), page::story);
      assertFalse(page.ever("connect"), page::story);
      page.does("renew", "{'cookie':'" + TrialGateway.user(org, Role.VIEWER) + "'}");
      page.next("connect");
      eventually("it sees the device", () -> online(page).contains(client.name()));
    }

    private String expired() {
      return new TokenMint(
              Secret.of(TrialGateway.USER_SECRET),
              Clock.offset(Clock.systemUTC(), Duration.ofHours(-2)))
          .user("ada", new OrgId(org), Role.VIEWER, Optional.empty(), Duration.ofHours(1))
          .token();
    }

    private static List<String> names(List<Client> clients) {
      return clients.stream().map(Client::name).toList();
    }

    private static List<String> online(Client page) {
      var online = new ArrayList<String>();
      for (Map.Entry<String, JsonNode> device : page.state().path("devices").properties()) {
        if (device.getValue().asText().equals("online")) {
          online.add(device.getKey());
        }
      }
      return online;
    }
  }

  @Nested
  class A_device_that_is_revoked {
    @ParameterizedTest
    @EnumSource(names = {"ELECTRON", "TELEVISION", "BROWSER"})
    void asks_for_a_new_pairing_and_does_not_come_back(Program program) {
      var client = connected(program);
      gateway
          .delete("/api/v1/devices/" + client.name(), TrialGateway.user(org, Role.ADMIN))
          .is(204);
      client.next("unpaired");
      assertEquals("pairing", client.screen());
      assertFalse(client.isConnected());
    }
  }
}
