package io.muster.http.socketio;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Socket.IO packets to and from text: {@code <type>[<attachments>-][<namespace>,][<ack id>][JSON]}.
 */
public final class SocketCodec {
  /** Clients refuse more, and loop when they meet it. */
  public static final int ATTACHMENTS_MAX = 10;

  /** Arguments of one event or ack: nobody passes a list as arguments. */
  public static final int ARGUMENTS_MAX = 64;

  /** Bytes of a namespace's name, its slash included. */
  public static final int NAMESPACE_BYTES_MAX = 128;

  /** The largest integer that a JavaScript client can count to. */
  public static final long ID_MAX = (1L << 53) - 1;

  /** Names with a meaning of their own: a client closes the connection when it is sent one. */
  public static final Set<String> RESERVED =
      Set.of(
          "connect",
          "connect_error",
          "disconnect",
          "disconnecting",
          "newListener",
          "removeListener");

  // A token costs up to 40 bytes of heap, so their number bounds what one packet may occupy.
  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(500)
          .maxNumberLength(1_000)
          .maxNameLength(1_024)
          .maxTokenCount(200_000)
          .build();

  // Names are not interned: a client could fill the table for ever.
  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .streamReadConstraints(CONSTRAINTS)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private static final ObjectMapper MAPPER = new ObjectMapper(JSON);
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private SocketCodec() {}

  // ── reading ──

  /** Reads the packet in {@code text[from, to)}, the Engine.IO type not included. */
  public static SocketPacket decode(byte[] text, int from, int to) throws MalformedPacket {
    return new Reading(text, from, to).packet();
  }

  /** One pass over one packet. */
  private static final class Reading {
    private final byte[] text;
    private final int to;
    private int at;

    Reading(byte[] text, int from, int to) {
      this.text = text;
      this.at = from;
      this.to = to;
    }

    SocketPacket packet() throws MalformedPacket {
      if (at == to) {
        throw new MalformedPacket("a Socket.IO packet type from 0 to 6");
      }
      byte type = text[at++];
      int attachments = type == '5' || type == '6' ? attachments() : 0;
      String namespace = namespace();
      long id = id();
      SocketPacket packet =
          switch (type) {
            case '0' -> new SocketPacket.Connect(namespace, credentials());
            case '1' -> disconnect(namespace);
            case '2', '5' -> event(namespace, id);
            case '3', '6' -> ack(namespace, id);
            case '4' -> new SocketPacket.ConnectError(namespace, errorPayload());
            default -> throw new MalformedPacket("a Socket.IO packet type from 0 to 6");
          };
      return attachments == 0 ? packet : new SocketPacket.Incomplete(packet, attachments);
    }

    private int attachments() throws MalformedPacket {
      int count = 0;
      int first = at;
      while (at < to && isDigit(text[at]) && at - first < 3) {
        count = count * 10 + text[at++] - '0';
      }
      if (at == first || at == to || text[at] != '-' || count < 1 || count > ATTACHMENTS_MAX) {
        throw new MalformedPacket("1 to 10 attachments and a dash");
      }
      at++;
      return count;
    }

    private String namespace() throws MalformedPacket {
      if (at == to || text[at] != '/') {
        return "/";
      }
      int first = at;
      while (at < to && text[at] != ',') {
        at++;
      }
      int length = at - first;
      if (length > NAMESPACE_BYTES_MAX) {
        throw new MalformedPacket("a namespace of at most 128 bytes");
      }
      if (at < to) {
        at++;
      }
      return length == 1 ? "/" : new String(text, first, length, StandardCharsets.UTF_8);
    }

    private long id() throws MalformedPacket {
      if (at == to || !isDigit(text[at])) {
        return SocketPacket.NO_ID;
      }
      long id = 0;
      while (at < to && isDigit(text[at])) {
        id = id * 10 + text[at++] - '0';
        if (id > ID_MAX) {
          throw new MalformedPacket("an ack id up to 2^53-1");
        }
      }
      return id;
    }

    private ObjectNode credentials() throws MalformedPacket {
      if (at == to) {
        return NODES.objectNode();
      }
      if (json() instanceof ObjectNode object) {
        return object;
      }
      throw new MalformedPacket("an object in CONNECT");
    }

    private SocketPacket disconnect(String namespace) throws MalformedPacket {
      if (at != to) {
        throw new MalformedPacket("nothing after DISCONNECT");
      }
      return new SocketPacket.Disconnect(namespace);
    }

    private SocketPacket event(String namespace, long id) throws MalformedPacket {
      if (at == to) {
        return new SocketPacket.Event(namespace, id, "", List.of());
      }
      ArrayNode array = array();
      JsonNode name = array.get(0);
      if (name == null || !(name.isTextual() || name.isNumber())) {
        throw new MalformedPacket("an event name that is a string or a number");
      }
      String event = name.asText();
      if (RESERVED.contains(event)) {
        throw new MalformedPacket("an event name that is not reserved");
      }
      return new SocketPacket.Event(namespace, id, event, list(array, 1));
    }

    private SocketPacket ack(String namespace, long id) throws MalformedPacket {
      return new SocketPacket.Ack(namespace, id, at == to ? List.of() : list(array(), 0));
    }

    private JsonNode errorPayload() throws MalformedPacket {
      JsonNode payload = at == to ? NODES.objectNode() : json();
      if (!payload.isObject() && !payload.isTextual()) {
        throw new MalformedPacket("an object or a string in CONNECT_ERROR");
      }
      return payload;
    }

    private ArrayNode array() throws MalformedPacket {
      // Anything else need not be parsed to be refused.
      if (text[at] != '[' || !(json() instanceof ArrayNode array)) {
        throw new MalformedPacket("an array");
      }
      if (array.size() > ARGUMENTS_MAX) {
        throw new MalformedPacket("at most 64 arguments");
      }
      return array;
    }

    private JsonNode json() throws MalformedPacket {
      // The parser guesses other encodings from a mark or from zeros among the first bytes.
      boolean guessable = text[at] < 0;
      for (int i = at; i < Math.min(at + 4, to); i++) {
        guessable |= text[i] == 0;
      }
      if (guessable) {
        throw new MalformedPacket("JSON in UTF-8");
      }
      try (JsonParser parser = JSON.createParser(text, at, to - at)) {
        JsonNode node = MAPPER.readTree(parser);
        if (node == null || parser.nextToken() != null) {
          throw new MalformedPacket("one JSON value");
        }
        return node;
      } catch (IOException unreadable) {
        throw new MalformedPacket("JSON within its limits");
      }
    }

    private static List<JsonNode> list(ArrayNode array, int from) {
      int size = array.size() - from;
      if (size <= 0) {
        return List.of();
      }
      if (size == 1) {
        return List.of(array.get(from));
      }
      var list = new ArrayList<JsonNode>(size);
      for (int i = from; i < array.size(); i++) {
        list.add(array.get(i));
      }
      return list;
    }

    private static boolean isDigit(byte b) {
      return b >= '0' && b <= '9';
    }
  }

  // ── writing ──

  /**
   * The answer to a CONNECT that was let in.
   *
   * @param pid by which a client can be recovered
   */
  public static void connected(
      JsonText out, String namespace, String publicId, Optional<String> pid) {
    head(out, '0', 0, namespace, SocketPacket.NO_ID);
    out.ascii("{\"sid\":").string(publicId);
    pid.ifPresent(known -> out.ascii(",\"pid\":").string(known));
    out.raw((byte) '}');
  }

  /** The answer to a CONNECT that was refused for good; {@code data} is left out when empty. */
  public static void refused(JsonText out, String namespace, String message, ObjectNode data) {
    head(out, '4', 0, namespace, SocketPacket.NO_ID);
    out.ascii("{\"message\":").string(message);
    if (!data.isEmpty()) {
      out.ascii(",\"data\":").value(data);
    }
    out.raw((byte) '}');
  }

  public static void disconnect(JsonText out, String namespace) {
    head(out, '1', 0, namespace, SocketPacket.NO_ID);
  }

  /** What stands before the arguments of an event; the payload's JSON follows. */
  public static void eventHead(JsonText out, String namespace, long id, Payload payload) {
    int attachments = payload.attachments().size();
    head(out, attachments == 0 ? '2' : '5', attachments, namespace, id);
  }

  /** What stands before the arguments of an ack; their JSON follows. */
  public static void ackHead(JsonText out, String namespace, long id, int attachments) {
    head(out, attachments == 0 ? '3' : '6', attachments, namespace, id);
  }

  private static void head(JsonText out, char type, int attachments, String namespace, long id) {
    out.raw((byte) type);
    if (attachments > 0) {
      out.number(attachments).raw((byte) '-');
    }
    if (!namespace.equals("/")) {
      out.utf8(namespace).raw((byte) ',');
    }
    if (id != SocketPacket.NO_ID) {
      out.number(id);
    }
  }
}
