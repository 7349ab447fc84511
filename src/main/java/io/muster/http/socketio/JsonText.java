package io.muster.http.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A growing piece of UTF-8 text to which JSON is written without blanks, keys in insertion order.
 * Meant to be reused; not thread-safe.
 *
 * <p>It differs from a stock JSON writer where this wire does: a lone surrogate is escaped and not
 * an error, NaN and infinities become null, and each binary value becomes a placeholder whose bytes
 * are collected beside the text. A {@link RawValue} is JSON already and is not looked into: who put
 * it there answers for its being one value.
 */
public final class JsonText {
  /** Above this many bytes the buffer is given back after use. */
  private static final int KEPT_BYTES_MAX = 64 * 1024;

  private static final int INITIAL_BYTES = 512;

  private byte[] bytes = new byte[INITIAL_BYTES];
  private int length;
  private List<byte[]> attachments = List.of();

  /** Empties it for the next use. */
  public JsonText reset() {
    if (bytes.length > KEPT_BYTES_MAX) {
      bytes = new byte[INITIAL_BYTES];
    }
    length = 0;
    attachments = List.of();
    return this;
  }

  /**
   * The array that holds the text in its first {@link #length()} bytes; valid until the next write.
   */
  public byte[] array() {
    return bytes;
  }

  public int length() {
    return length;
  }

  public byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  /** The binary values met so far, in the order of their placeholders. */
  public List<byte[]> attachments() {
    return attachments;
  }

  public JsonText raw(byte b) {
    room(1);
    bytes[length++] = b;
    return this;
  }

  public JsonText raw(byte[] text) {
    return raw(text, 0, text.length);
  }

  public JsonText raw(byte[] text, int from, int count) {
    room(count);
    System.arraycopy(text, from, bytes, length, count);
    length += count;
    return this;
  }

  public JsonText ascii(String text) {
    int n = text.length();
    room(n);
    for (int i = 0; i < n; i++) {
      bytes[length++] = (byte) text.charAt(i);
    }
    return this;
  }

  public JsonText number(long value) {
    if (value < 0) {
      return ascii(Long.toString(value));
    }
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    room(digits);
    long rest = value;
    for (int i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
    return this;
  }

  /** Text without quotes or escapes, as UTF-8. */
  public JsonText utf8(String text) {
    for (int i = 0; i < text.length(); i++) {
      i = character(text, i);
    }
    return this;
  }

  public JsonText value(JsonNode node) {
    switch (node.getNodeType()) {
      case OBJECT -> object(node);
      case ARRAY -> array(node);
      case STRING -> string(node.textValue());
      case NUMBER -> number(node);
      case BOOLEAN -> ascii(node.booleanValue() ? "true" : "false");
      case BINARY -> placeholder(node);
      case NULL, MISSING -> ascii("null");
      case POJO -> pojo((POJONode) node);
    }
    return this;
  }

  private void pojo(POJONode node) {
    if (node.getPojo() instanceof RawValue json) {
      raw(json.rawValue().toString().getBytes(StandardCharsets.UTF_8));
    } else {
      string(node.asText());
    }
  }

  /** An array of a leading string, if there is one, and the values. */
  public JsonText array(String first, List<JsonNode> rest) {
    raw((byte) '[');
    boolean comma = first != null;
    if (comma) {
      string(first);
    }
    for (int i = 0; i < rest.size(); i++) {
      if (comma) {
        raw((byte) ',');
      }
      comma = true;
      value(rest.get(i));
    }
    return raw((byte) ']');
  }

  public JsonText string(String text) {
    int n = text.length();
    room(n + 2);
    bytes[length++] = '"';
    for (int i = 0; i < n; i++) {
      char c = text.charAt(i);
      if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
        if (length == bytes.length) {
          room(n - i + 1);
        }
        bytes[length++] = (byte) c;
      } else {
        i = escaped(text, i);
      }
    }
    return raw((byte) '"');
  }

  private void object(JsonNode node) {
    raw((byte) '{');
    boolean comma = false;
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (comma) {
        raw((byte) ',');
      }
      comma = true;
      string(field.getKey()).raw((byte) ':').value(field.getValue());
    }
    raw((byte) '}');
  }

  private void array(JsonNode node) {
    raw((byte) '[');
    for (int i = 0; i < node.size(); i++) {
      if (i > 0) {
        raw((byte) ',');
      }
      value(node.get(i));
    }
    raw((byte) ']');
  }

  private void number(JsonNode node) {
    switch (node.numberType()) {
      case INT, LONG -> number(node.longValue());
      case BIG_INTEGER, BIG_DECIMAL -> ascii(node.numberValue().toString());
      case FLOAT, DOUBLE -> {
        double value = node.doubleValue();
        ascii(Double.isFinite(value) ? Double.toString(value) : "null");
      }
    }
  }

  private void placeholder(JsonNode node) {
    if (attachments.isEmpty()) {
      attachments = new ArrayList<>(2);
    }
    ascii("{\"_placeholder\":true,\"num\":").number(attachments.size()).raw((byte) '}');
    try {
      attachments.add(node.binaryValue());
    } catch (IOException impossible) {
      throw new IllegalStateException("a binary node without its bytes", impossible);
    }
  }

  private int escaped(String text, int i) {
    char c = text.charAt(i);
    switch (c) {
      case '"' -> ascii("\\\"");
      case '\\' -> ascii("\\\\");
      case '\n' -> ascii("\\n");
      case '\r' -> ascii("\\r");
      case '\t' -> ascii("\\t");
      default -> {
        if (c >= 0x7f && !isLoneSurrogate(text, i)) {
          return character(text, i);
        }
        ascii("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          raw((byte) Character.forDigit(c >> shift & 0xf, 16));
        }
      }
    }
    return i;
  }

  private static boolean isLoneSurrogate(String text, int i) {
    char c = text.charAt(i);
    if (!Character.isSurrogate(c)) {
      return false;
    }
    return Character.isLowSurrogate(c)
        || i + 1 == text.length()
        || !Character.isLowSurrogate(text.charAt(i + 1));
  }

  /** Writes the code point at {@code i} and answers the index of its last char. */
  private int character(String text, int i) {
    room(4);
    char c = text.charAt(i);
    if (c < 0x80) {
      bytes[length++] = (byte) c;
    } else if (c < 0x800) {
      bytes[length++] = (byte) (0xc0 | c >> 6);
      bytes[length++] = (byte) (0x80 | c & 0x3f);
    } else if (isLoneSurrogate(text, i)) {
      bytes[length++] = '?';
    } else if (Character.isHighSurrogate(c)) {
      int point = Character.toCodePoint(c, text.charAt(i + 1));
      bytes[length++] = (byte) (0xf0 | point >> 18);
      bytes[length++] = (byte) (0x80 | point >> 12 & 0x3f);
      bytes[length++] = (byte) (0x80 | point >> 6 & 0x3f);
      bytes[length++] = (byte) (0x80 | point & 0x3f);
      return i + 1;
    } else {
      bytes[length++] = (byte) (0xe0 | c >> 12);
      bytes[length++] = (byte) (0x80 | c >> 6 & 0x3f);
      bytes[length++] = (byte) (0x80 | c & 0x3f);
    }
    return i;
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
