package io.muster.http.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** Puts attachments where their placeholders stand. Never recurses over client data. */
final class Placeholders {
  private final List<byte[]> attachments;
  private final Deque<JsonNode> open = new ArrayDeque<>();

  private Placeholders(List<byte[]> attachments) {
    this.attachments = attachments;
  }

  static List<JsonNode> filled(List<JsonNode> arguments, List<byte[]> attachments)
      throws MalformedPacket {
    var walk = new Placeholders(attachments);
    var filled = new ArrayList<JsonNode>(arguments.size());
    for (JsonNode argument : arguments) {
      filled.add(walk.instead(argument));
    }
    while (!walk.open.isEmpty()) {
      walk.fill(walk.open.pop());
    }
    return filled;
  }

  private void fill(JsonNode node) throws MalformedPacket {
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, instead(array.get(i)));
      }
    } else if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        field.setValue(instead(field.getValue()));
      }
    }
  }

  private JsonNode instead(JsonNode node) throws MalformedPacket {
    if (!node.isContainerNode()) {
      return node;
    }
    JsonNode mark = node.get("_placeholder");
    if (mark == null || !mark.isBoolean() || !mark.booleanValue()) {
      open.push(node);
      return node;
    }
    JsonNode num = node.get("num");
    if (num == null || !num.isInt() || num.intValue() < 0 || num.intValue() >= attachments.size()) {
      throw new MalformedPacket("a placeholder whose num is the index of an attachment");
    }
    return BinaryNode.valueOf(attachments.get(num.intValue()));
  }
}
