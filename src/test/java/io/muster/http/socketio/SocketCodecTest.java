package io.muster.http.socketio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SocketCodecTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static SocketPacket decode(String text) throws MalformedPacket {
    // In the middle of an array, as it comes out of a frame.
    byte[] bytes = ("4" + text + "]]").getBytes(UTF_8);
    return SocketCodec.decode(bytes, 1, bytes.length - 2);
  }

  private static void refuses(String text) {
    assertThrows(MalformedPacket.class, () -> decode(text), text);
  }

  @Nested
  class Reading {
    @Test
    void a_CONNECT_brings_its_payload_or_an_empty_object() throws MalformedPacket {
      assertEquals(new SocketPacket.Connect("/", JSON.objectNode()), decode("0"));
      assertEquals(
          new SocketPacket.Connect("/admin", JSON.objectNode().put("token", "x")),
          decode("0/admin,{\"token\":\"x\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/admin", "0/admin,", "0/admin,{}"})
    void the_comma_after_a_namespace_may_be_missing(String text) throws MalformedPacket {
      assertEquals(new SocketPacket.Connect("/admin", JSON.objectNode()), decode(text));
    }

    @Test
    void the_root_namespace_may_be_written_out() throws MalformedPacket {
      assertEquals(new SocketPacket.Disconnect("/"), decode("1/,"));
    }

    @Test
    void a_query_is_part_of_the_name() throws MalformedPacket {
      assertEquals("/a?x=1", decode("0/a?x=1,").namespace());
    }

    @Test
    void an_event_has_a_name_and_arguments() throws MalformedPacket {
      assertEquals(
          new SocketPacket.Event(
              "/", 0, "heartbeat", List.of(JSON.objectNode().put("cpu", 1), JSON.nullNode())),
          decode("20[\"heartbeat\",{\"cpu\":1},null]"));
      assertEquals(new SocketPacket.Event("/", SocketPacket.NO_ID, "7", List.of()), decode("2[7]"));
    }

    @Test
    void an_event_without_payload_has_no_name() throws MalformedPacket {
      assertEquals(new SocketPacket.Event("/", SocketPacket.NO_ID, "", List.of()), decode("2"));
    }

    @Test
    void an_ack_id_may_be_zero_and_larger_than_an_int() throws MalformedPacket {
      assertEquals(new SocketPacket.Ack("/", 0, List.of()), decode("30[]"));
      assertEquals(
          new SocketPacket.Ack("/a", SocketCodec.ID_MAX, List.of()),
          decode("3/a,9007199254740991[]"));
      refuses("39007199254740992[]");
    }

    @Test
    void attachments_replace_their_placeholders_at_any_depth() throws MalformedPacket {
      var incomplete =
          (SocketPacket.Incomplete)
              decode(
                  "52-7[\"shot\",{\"_placeholder\":true,\"num\":1},"
                      + "{\"a\":[{\"_placeholder\":true,\"num\":0},{\"_placeholder\":false}]}]");
      assertEquals(2, incomplete.attachments());
      var event = (SocketPacket.Event) incomplete.with(List.of(new byte[] {1}, new byte[] {2}));
      assertEquals(7, event.id());
      assertEquals(JSON.binaryNode(new byte[] {2}), event.arguments().get(0));
      assertEquals(JSON.binaryNode(new byte[] {1}), event.arguments().get(1).at("/a/0"));
      assertTrue(event.arguments().get(1).at("/a/1").isObject());
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "7",
          "a",
          "-",
          "2{}",
          "2[]",
          "2[{}]",
          "2[null]",
          "2[\"a\"",
          "2[\"a\"]]",
          "2[\"a\"] 1",
          "2[\"connect\"]",
          "2[\"connect_error\"]",
          "2[\"disconnect\"]",
          "2[\"disconnecting\"]",
          "2[\"newListener\"]",
          "2[\"removeListener\"]",
          "1{}",
          "0[]",
          "0\"x\"",
          "3{}",
          "4[]",
          "5[\"a\"]",
          "5-[\"a\"]",
          "50-[\"a\"]",
          "511-[\"a\"]",
          "51[\"a\"]",
          "5 1-[\"a\"]",
          "2 1[\"a\"]",
          "2-1[\"a\"]",
          "2\ufeff[\"a\"]",
          "2[NaN]",
          "2['a']",
          "2[\"a\",01]"
        })
    void what_breaks_the_rules_is_refused(String text) {
      refuses(text);
    }

    @Test
    void what_could_exhaust_us_is_refused() {
      refuses("2[\"a\"," + "[".repeat(600) + "]".repeat(600) + "]");
      refuses("2[\"a\"," + "1".repeat(1_001) + "]");
      refuses("2[\"a\"" + ",1".repeat(65) + "]");
      refuses("2[\"a\",[" + "[],".repeat(150_000) + "0]]");
      refuses("0/" + "n".repeat(200) + ",");
    }

    @Test
    void other_encodings_are_not_guessed() {
      byte[] utf16 = "2[\"a\"]".getBytes(java.nio.charset.StandardCharsets.UTF_16LE);
      utf16[1] = '[';
      assertThrows(MalformedPacket.class, () -> SocketCodec.decode(utf16, 0, utf16.length));
      byte[] zeros = {'2', '[', 0, '"', 0, 'a', 0, '"', 0, ']', 0};
      assertThrows(MalformedPacket.class, () -> SocketCodec.decode(zeros, 0, zeros.length));
    }
  }

  @Nested
  class Writing {
    private static String event(String namespace, long id, String name, JsonNode... arguments) {
      var payload = Payload.ofEvent(name, List.of(arguments), new JsonText());
      var out = new JsonText();
      SocketCodec.eventHead(out, namespace, id, payload);
      return new String(out.raw(payload.json()).copy(), UTF_8);
    }

    @Test
    void the_root_namespace_is_left_out_and_others_are_not() {
      assertEquals("2[\"a\",1]", event("/", SocketPacket.NO_ID, "a", JSON.numberNode(1)));
      assertEquals("2/b,0[\"a\"]", event("/b", 0, "a"));
    }

    @Test
    void binary_makes_a_binary_packet() {
      var shot = JSON.objectNode().set("png", JSON.binaryNode(new byte[] {1}));
      assertEquals(
          "51-/b,3[\"a\",{\"png\":{\"_placeholder\":true,\"num\":0}}]", event("/b", 3, "a", shot));
      var payload = Payload.ofAck(List.of(shot), new JsonText());
      assertArrayEquals(new byte[] {1}, payload.attachments().getFirst());
    }

    @Test
    void a_refusal_leaves_out_empty_data() {
      var out = new JsonText();
      SocketCodec.refused(out, "/x", "no", JSON.objectNode());
      assertEquals("4/x,{\"message\":\"no\"}", new String(out.copy(), UTF_8));
    }

    @Test
    void control_characters_and_lone_surrogates_are_escaped() {
      assertEquals(
          "2[\"\\u001e\\u0000\\n\\\"\\\\\",\"\\ud800x\\udfff\\u007f\u20ac\ud83d\ude00\u00e9\"]"
              .replace("\\u007f", "\u007f"),
          event(
              "/",
              SocketPacket.NO_ID,
              "\u001e\0\n\"\\",
              JSON.textNode("\ud800x\udfff\u007f\u20ac\ud83d\ude00\u00e9")));
    }

    @Test
    void numbers_are_those_of_JSON() {
      assertEquals(
          "2[\"a\",-5,9223372036854775807,1.5,null,null]",
          event(
              "/",
              SocketPacket.NO_ID,
              "a",
              JSON.numberNode(-5),
              JSON.numberNode(Long.MAX_VALUE),
              JSON.numberNode(1.5),
              JSON.numberNode(Double.NaN),
              JSON.numberNode(Double.POSITIVE_INFINITY)));
    }

    @Test
    void raw_JSON_is_written_as_its_tree_would_be() throws Exception {
      var text = "{\"id\":\"p\",\"n\":[1,1.5,true,null],\"é\":\"\ud83d\ude00 \\\"x\\\"\",\"o\":{}}";
      assertEquals(event("/", 3, "a", around(tree(text))), event("/", 3, "a", around(raw(text))));
    }

    @Test
    void raw_JSON_is_not_looked_into_for_attachments() {
      var text = "{\"_placeholder\":true,\"num\":0}";
      var shot = around(raw(text));
      shot.set("png", JSON.binaryNode(new byte[] {1}));
      var payload = Payload.ofEvent("a", List.of(shot), new JsonText());
      assertEquals(1, payload.attachments().size());
      assertEquals(
          "2[\"a\",{\"raw\":%s}]".formatted(text),
          event("/", SocketPacket.NO_ID, "a", around(raw(text))));
    }

    private static JsonNode tree(String text) throws java.io.IOException {
      return new com.fasterxml.jackson.databind.ObjectMapper().readTree(text);
    }

    private static JsonNode raw(String text) {
      return JSON.rawValueNode(new com.fasterxml.jackson.databind.util.RawValue(text));
    }

    private static com.fasterxml.jackson.databind.node.ObjectNode around(JsonNode value) {
      return JSON.objectNode().set("raw", value);
    }

    @Test
    void more_attachments_than_clients_accept_are_refused_here() {
      var many =
          java.util.stream.Stream.generate(() -> (JsonNode) JSON.binaryNode(new byte[1]))
              .limit(11)
              .toList();
      assertThrows(
          IllegalArgumentException.class, () -> Payload.ofEvent("a", many, new JsonText()));
    }
  }

  @Nested
  class Polling_bodies {
    @Test
    void packets_are_handed_over_up_to_the_one_that_is_empty() {
      var seen = new java.util.ArrayList<String>();
      byte[] body = "4a\u001e4b\u001e\u001e4c".getBytes(UTF_8);
      assertThrows(
          MalformedPacket.class,
          () ->
              EnginePayload.split(
                  body,
                  body.length,
                  (b, from, to) -> seen.add(new String(b, from, to - from, UTF_8))));
      assertEquals(List.of("4a", "4b"), seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"AQIDBA==", "AQIDBA", "AQ\nID\r\nBA==\n"})
    void base64_may_be_broken_and_unpadded(String text) throws MalformedPacket {
      byte[] bytes = ("b" + text).getBytes(UTF_8);
      assertArrayEquals(new byte[] {1, 2, 3, 4}, EnginePayload.base64(bytes, 1, bytes.length));
    }
  }
}
