package io.muster.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.http.socketio.EnginePacket;
import io.muster.http.socketio.MalformedPacket;
import io.muster.http.socketio.SocketCodec;
import io.muster.http.socketio.SocketPacket;
import io.muster.support.ApiDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The frames printed in docs/protocol.md are what the gateway and its clients really say. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ProtocolDocTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final ApiDocument sockets = ApiDocument.sockets();

  @TestFactory
  Stream<DynamicTest> every_plain_frame_is_one_that_asyncapi_describes() throws IOException {
    var messages = sockets.json().at("/components/messages");
    return frames("plain").stream()
        .map(
            frame ->
                dynamicTest(
                    frame,
                    () -> {
                      var name = JSON.readTree(frame).path("event").asText("ack");
                      var described = described(messages, name);
                      assertNotEquals(List.of(), described, () -> "no message " + name);
                      assertTrue(
                          described.stream().anyMatch(m -> complaints(m, frame).isEmpty()),
                          () -> complaints(described.getFirst(), frame).toString());
                    }));
  }

  private List<String> complaints(JsonNode message, String frame) {
    return sockets.complaints(message.get("payload"), frame);
  }

  private static List<JsonNode> described(JsonNode messages, String name) {
    var found = new ArrayList<JsonNode>();
    messages.forEach(
        message -> {
          if (message.path("name").asText().equals(name)) {
            found.add(message);
          }
        });
    return found;
  }

  @TestFactory
  Stream<DynamicTest> every_socketio_frame_is_read_by_our_codec() throws IOException {
    return frames("socketio").stream().map(frame -> dynamicTest(frame, () -> read(frame)));
  }

  private static void read(String frame) throws MalformedPacket, IOException {
    byte[] text = frame.getBytes(StandardCharsets.UTF_8);
    switch (EnginePacket.of(text[0])) {
      case OPEN -> assertTrue(JSON.readTree(frame.substring(1)).has("sid"));
      case MESSAGE -> {
        SocketPacket packet = SocketCodec.decode(text, 1, text.length);
        assertEquals("/", packet.namespace());
      }
      case CLOSE, PING, PONG, UPGRADE, NOOP -> assertEquals(1, text.length);
    }
  }

  @Test
  void the_examples_in_asyncapi_are_allowed_by_it() {
    var complaints = new ArrayList<String>();
    sockets
        .json()
        .at("/components/messages")
        .forEach(
            message ->
                message
                    .get("examples")
                    .forEach(
                        e -> complaints.addAll(complaints(message, e.get("payload").toString()))));
    assertEquals(List.of(), complaints);
  }

  private static List<String> frames(String tag) throws IOException {
    var frames = new ArrayList<String>();
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("docs/protocol.md"))) {
      if (line.startsWith("```")) {
        inside = line.equals("```" + tag);
      } else if (inside) {
        frames.add(line);
      }
    }
    assertNotEquals(List.of(), frames, "the document has no frames of " + tag);
    return frames;
  }
}
