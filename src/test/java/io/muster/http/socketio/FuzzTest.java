package io.muster.http.socketio;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Random input from a seed; {@code -Dseed=} repeats a run. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FuzzTest {
  private static final int ROUNDS = 100_000;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static final String[] PIECES = {
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "1-",
    "10-",
    "11-",
    "-",
    "/",
    "/a",
    ",",
    "42",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "\"a\"",
    ":",
    "\"_placeholder\":true",
    "\"num\":0",
    "\"num\":-1",
    "null",
    "1e9999",
    "\\u",
    "\\ud800",
    "\u001e",
    "b",
    "AQID",
    "=",
    "\u00c3",
    "\u0000",
    "\u00ff",
    "\u00ed\u00a0\u0080"
  };

  private long seed;
  private Random random;

  @BeforeEach
  void seed() {
    seed = Long.getLong("seed", System.nanoTime());
    random = new Random(seed);
    System.out.println("FuzzTest -Dseed=" + seed);
  }

  private byte[] bytes() {
    if (random.nextInt(4) == 0) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      return bytes;
    }
    var text = new StringBuilder();
    for (int i = random.nextInt(16); i >= 0; i--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString().getBytes(ISO_8859_1);
  }

  @Test
  void whatever_comes_is_a_packet_or_malformed() {
    var attachments = List.of(new byte[1], new byte[2]);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] bytes = bytes();
      try {
        if (SocketCodec.decode(bytes, 0, bytes.length) instanceof SocketPacket.Incomplete some) {
          some.with(attachments);
        }
      } catch (MalformedPacket expected) {
        // What it is for.
      } catch (Throwable fault) {
        fail("seed %d, %s".formatted(seed, new String(bytes, ISO_8859_1)), fault);
      }
    }
  }

  @Test
  void whatever_body_is_polled_is_packets_or_malformed() {
    for (int i = 0; i < ROUNDS; i++) {
      byte[] bytes = bytes();
      try {
        EnginePayload.split(
            bytes,
            bytes.length,
            (body, from, to) -> {
              EnginePacket.of(body[from]);
              EnginePayload.base64(body, from + 1, to);
            });
      } catch (MalformedPacket expected) {
        // What it is for.
      } catch (Throwable fault) {
        fail("seed %d, %s".formatted(seed, new String(bytes, ISO_8859_1)), fault);
      }
    }
  }

  @Test
  void text_is_told_from_bytes_as_the_platform_tells_it() {
    for (int i = 0; i < ROUNDS; i++) {
      byte[] bytes = bytes();
      boolean valid = true;
      try {
        UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      } catch (CharacterCodingException invalid) {
        valid = false;
      }
      assertEquals(valid, Utf8.isValid(bytes, 0, bytes.length), "seed " + seed);
    }
  }

  @Test
  void whatever_is_written_reads_the_same() throws MalformedPacket {
    var text = new JsonText();
    for (int i = 0; i < ROUNDS / 10; i++) {
      List<JsonNode> arguments = List.of(value(0), value(0));
      var written =
          new SocketPacket.Event("/n", random.nextLong(1L << 53), "e" + string(), arguments);
      var payload = Payload.ofEvent(written.name(), arguments, text);
      SocketCodec.eventHead(text.reset(), "/n", written.id(), payload);
      text.raw(payload.json());
      SocketPacket read = SocketCodec.decode(text.array(), 0, text.length());
      if (read instanceof SocketPacket.Incomplete some) {
        read = some.with(payload.attachments());
      }
      assertEquals(written.toString(), read.toString(), "seed " + seed);
    }
  }

  private JsonNode value(int depth) {
    return switch (random.nextInt(depth > 3 ? 6 : 8)) {
      case 0 -> JSON.textNode(string());
      case 1 -> JSON.numberNode(random.nextInt());
      case 2 -> JSON.numberNode(random.nextLong() | 1L << 40);
      case 3 -> JSON.numberNode(random.nextGaussian() * Math.pow(10, random.nextInt(-30, 30)));
      case 4 -> JSON.booleanNode(random.nextBoolean());
      case 5 -> random.nextInt(20) == 0 ? JSON.binaryNode(new byte[] {1, 2}) : JSON.nullNode();
      case 6 -> {
        var array = JSON.arrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          array.add(value(depth + 1));
        }
        yield array;
      }
      default -> {
        var object = JSON.objectNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          // The parser accepts a lone surrogate in a value, but not in a name.
          object.set(string().replaceAll("\\p{Cs}", "s"), value(depth + 1));
        }
        yield object;
      }
    };
  }

  /** Any characters, lone surrogates among them. */
  private String string() {
    var text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      text.append(
          random.nextBoolean() ? (char) random.nextInt(128) : (char) random.nextInt(0x10000));
    }
    return text.toString();
  }
}
