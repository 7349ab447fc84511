package io.muster.app.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FromGatewayTest {

  private static FromGateway read(String text) {
    return FromGateway.read(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
  }

  @Test
  void the_open_packet_says_how_long_silence_may_last() {
    var open =
        read("0{\"sid\":\"s\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000}");

    assertEquals(new FromGateway.Open(Duration.ofSeconds(45)), open);
  }

  @Test
  void an_event_has_a_name_an_ack_id_and_its_array() {
    var event =
        assertInstanceOf(FromGateway.Event.class, read("4217[\"command\",{\"type\":\"reload\"}]"));

    assertEquals("command", event.name());
    assertEquals(17, event.ack());
    assertEquals("reload", Json.read(event.array()).path(1).path("type").asText());
  }

  @Test
  void ack_id_0_is_an_id_and_no_id_is_none() {
    assertEquals(0, ((FromGateway.Event) read("420[\"command\",{}]")).ack());
    assertEquals(-1, ((FromGateway.Event) read("42[\"config\",{}]")).ack());
  }

  @Test
  void an_ack_of_success_is_told_from_a_refusal() {
    var good = (FromGateway.Ack) read("433[{\"success\":true,\"data\":{},\"timestamp\":\"t\"}]");
    var bad = (FromGateway.Ack) read("434[{\"success\":false,\"error\":\"rate_limited\"}]");

    assertEquals(3, good.id());
    assertEquals(true, Json.succeeded(good.array()));
    assertEquals(false, Json.succeeded(bad.array()));
  }

  @Test
  void both_ways_of_ending_a_client_for_good_are_known() {
    assertEquals(
        new FromGateway.Refused("auth_expired"),
        read("44{\"message\":\"auth_expired\",\"data\":{\"code\":\"AUTH_EXPIRED\"}}"));
    assertInstanceOf(FromGateway.Dismissed.class, read("41"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "4", "9", "6", "42", "42[]", "45", "451-[\"a\",{\"_placeholder\":true}]"})
  void what_nobody_needs_is_let_pass(String text) {
    assertInstanceOf(FromGateway.Other.class, read(text));
  }
}
