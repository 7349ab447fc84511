package io.muster.acceptance;

import static io.muster.acceptance.TrialGateway.fresh;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.http.auth.Role;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Devices and tools without Socket.IO, with the WebSocket client of the JDK. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PlainIT {
  private final TrialGateway gateway = TrialGateway.shared();
  private String org;
  private String id;

  @BeforeEach
  void names() {
    org = fresh("org");
    id = fresh("tv");
  }

  @Nested
  class A_device {
    private String url() {
      return gateway.url() + "/ws/device";
    }

    private String token() {
      return TrialGateway.device(org, id);
    }

    @Test
    void shows_its_token_in_a_header() throws Exception {
      try (var plain = PlainClient.open(url(), Optional.of(token()), Optional.empty())) {
        assertWorks(plain);
      }
    }

    @Test
    void shows_its_token_as_a_subprotocol() throws Exception {
      try (var plain = PlainClient.open(url(), Optional.empty(), Optional.of(token()))) {
        assertWorks(plain);
      }
    }

    @Test
    void shows_its_token_in_the_first_frame() throws Exception {
      try (var plain = PlainClient.open(url(), Optional.empty(), Optional.empty())) {
        plain.says("{'event':'auth','data':{'token':'" + token() + "'}}");
        assertWorks(plain);
      }
    }

    private void assertWorks(PlainClient plain) throws Exception {
      assertEquals(15_000, plain.next("config").path("data").path("heartbeatInterval").asInt());
      plain.says("{'event':'heartbeat','data':{'appVersion':'1'},'id':7}");
      var ack = plain.next("ack");
      assertEquals(7, ack.path("ack").asInt());
      assertTrue(ack.path("data").path("success").asBoolean());
      var path = gateway.command(org, id, "{'type':'pause','payload':{'x':1}}");
      var command = plain.next("command");
      assertEquals("pause", command.path("data").path("type").asText());
      plain.says("{'ack':" + command.path("id") + ",'data':{'ok':true}}");
      gateway.commandIs(org, path, "acknowledged");
    }

    @Test
    void is_refused_with_a_code_for_good_when_its_token_is_not_good() throws Exception {
      try (var plain = PlainClient.open(url(), Optional.of("nonsense"), Optional.empty())) {
        assertEquals(4001, plain.closed().get(10, TimeUnit.SECONDS));
      }
    }

    @Test
    void a_user_is_no_device() throws Exception {
      var user = TrialGateway.user(org, Role.ADMIN);
      try (var plain = PlainClient.open(url(), Optional.of(user), Optional.empty())) {
        assertEquals(4001, plain.closed().get(10, TimeUnit.SECONDS));
      }
    }

    @Test
    void is_told_when_another_connection_has_taken_over() throws Exception {
      try (var older = PlainClient.open(url(), Optional.of(token()), Optional.empty())) {
        older.next("config");
        try (var newer = PlainClient.open(url(), Optional.of(token()), Optional.empty())) {
          newer.next("config");
          assertEquals(4008, older.closed().get(10, TimeUnit.SECONDS));
        }
      }
    }

    @Test
    void a_token_in_the_query_is_not_looked_at() throws Exception {
      try (var plain =
          PlainClient.open(url() + "?token=" + token(), Optional.empty(), Optional.empty())) {
        plain.says("{'event':'heartbeat','data':{},'id':1}");
        assertTrue(plain.closed().handle((code, failure) -> true).get(15, TimeUnit.SECONDS));
        assertEquals(
            List.of(),
            plain.heard().stream().filter(m -> m.path("event").asText().equals("config")).toList());
      }
    }
  }

  @Nested
  class A_dashboard {
    @Test
    void gets_the_picture_and_every_change_and_command() throws Exception {
      var viewer = TrialGateway.user(org, Role.VIEWER);
      try (var device =
          PlainClient.open(
              gateway.url() + "/ws/device",
              Optional.of(TrialGateway.device(org, id)),
              Optional.empty())) {
        device.next("config");
        eventually(
            "in the table",
            () ->
                gateway
                    .get("/api/v1/devices", viewer)
                    .json()
                    .path("items")
                    .path(0)
                    .path("status")
                    .asText()
                    .equals("online"));
        try (var board =
            PlainClient.open(
                gateway.url() + "/ws/dashboard", Optional.empty(), Optional.of(viewer))) {
          var joined = board.next("joined");
          assertEquals(org, joined.path("data").path("organizationId").asText());
          var picture = board.next("picture");
          assertTrue(picture.toString().contains(id), picture::toString);
          gateway.command(org, id, "{'type':'pause'}");
          assertTrue(board.next("command").toString().contains("pause"));
        }
      }
    }

    @Test
    void a_device_is_no_dashboard() throws Exception {
      try (var plain =
          PlainClient.open(
              gateway.url() + "/ws/dashboard",
              Optional.of(TrialGateway.device(org, id)),
              Optional.empty())) {
        assertEquals(4001, plain.closed().get(10, TimeUnit.SECONDS));
      }
    }

    @Test
    void nothing_else_is_below_ws() {
      try {
        PlainClient.open(gateway.url() + "/ws/other", Optional.empty(), Optional.empty()).close();
        throw new AssertionError("it was let in");
      } catch (CompletionException e) {
        assertTrue(e.getCause() instanceof WebSocketHandshakeException, e::toString);
      }
    }
  }
}
