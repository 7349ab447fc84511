package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FrameTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String TEXT =
      "{\"id\":\"p\",\"items\":[{\"order\":0,\"name\":\"Caf\u00e9 \\\"x\\\"\"}],\"scale\":1.5}";

  private static Frame frame(JsonNode playlist) {
    return Frame.event("playlist:update", JSON.objectNode().put("v", 1).set("playlist", playlist));
  }

  private static Frame raw() {
    return frame(JSON.rawValueNode(new RawValue(TEXT)));
  }

  private static Frame tree() throws IOException {
    return frame(new ObjectMapper().readTree(TEXT));
  }

  @Test
  void of_raw_JSON_is_that_of_its_tree_in_both_dialects() throws IOException {
    assertEquals(
        new String(tree().payload().json(), UTF_8), new String(raw().payload().json(), UTF_8));
    assertEquals(tree().plain().toString(UTF_8), raw().plain().toString(UTF_8));
  }

  @Test
  void of_raw_JSON_that_asks_for_an_ack_is_that_of_its_tree() throws IOException {
    assertEquals(
        new String(PlainMessage.event(tree(), 7), UTF_8),
        new String(PlainMessage.event(raw(), 7), UTF_8));
  }

  @Test
  void of_raw_JSON_is_written_once_for_many_sockets() {
    var frame = raw();
    assertSame(frame.payload(), frame.payload());
    assertEquals(frame.plain(), frame.plain());
  }
}
