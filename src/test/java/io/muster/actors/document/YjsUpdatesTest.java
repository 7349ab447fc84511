package io.muster.actors.document;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class YjsUpdatesTest {
  private static final YjsUpdates ENGINE = new YjsUpdates();

  /** Client 1 writes "ab" into the text "t", and then "c" behind it. */
  private static final byte[] AB = hex("01 01 01 00 04 01 01 74 02 61 62 00");

  private static final byte[] C = hex("01 01 01 02 84 01 01 01 63 00");

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  @Nested
  class Merging {
    @Test
    void makes_one_update_of_several_whatever_their_order() {
      byte[] both = hex("01 02 01 00 04 01 01 74 02 61 62 84 01 01 01 63 00");
      assertArrayEquals(both, ENGINE.merge(List.of(AB, C)).getFirst());
      assertArrayEquals(both, ENGINE.merge(List.of(C, AB)).getFirst());
      assertArrayEquals(both, ENGINE.merge(List.of(both, C, AB)).getFirst());
    }

    @Test
    void marks_what_is_missing_and_fills_it_later() {
      byte[] first = hex("01 01 01 00 04 01 01 74 01 61 00");
      byte[] third = hex("01 01 01 02 84 01 01 01 63 00");
      byte[] gap = hex("01 03 01 00 04 01 01 74 01 61 0a 01 84 01 01 01 63 00");
      assertArrayEquals(gap, ENGINE.merge(List.of(first, third)).getFirst());
      byte[] second = hex("01 01 01 01 84 01 00 01 62 00");
      byte[] whole = hex("01 03 01 00 04 01 01 74 01 61 84 01 00 01 62 84 01 01 01 63 00");
      assertArrayEquals(whole, ENGINE.merge(List.of(gap, second)).getFirst());
    }

    @Test
    void joins_what_was_deleted() {
      byte[] one = hex("00 01 05 01 00 02");
      byte[] two = hex("00 01 05 02 02 03 09 01");
      assertArrayEquals(hex("00 01 05 02 00 05 09 01"), ENGINE.merge(List.of(one, two)).getFirst());
    }
  }

  @Nested
  class What_is_known {
    @Test
    void is_what_was_deleted_already() {
      byte[] deleted = hex("00 01 01 01 00 01");
      assertTrue(ENGINE.isKnown(List.of(AB, deleted), deleted));
      assertTrue(ENGINE.isKnown(List.of(AB, hex("00 01 01 01 00 02")), deleted));
      assertFalse(ENGINE.isKnown(List.of(AB), deleted));
    }
  }

  @Nested
  class A_state_vector {
    @Test
    void counts_what_is_there() {
      assertArrayEquals(hex("01 01 03"), ENGINE.stateVector(List.of(AB, C)));
      assertArrayEquals(hex("00"), ENGINE.stateVector(List.of()));
    }

    @Test
    void ends_where_something_is_missing() {
      assertArrayEquals(hex("00"), ENGINE.stateVector(List.of(C)));
      byte[] first = hex("01 01 01 00 04 01 01 74 01 61 00");
      assertArrayEquals(hex("01 01 01"), ENGINE.stateVector(List.of(first, C)));
    }
  }

  @Nested
  class A_difference {
    @Test
    void begins_where_the_other_ends() {
      assertArrayEquals(C, ENGINE.diff(List.of(AB, C), hex("01 01 02")).getFirst());
      assertArrayEquals(hex("00 00"), ENGINE.diff(List.of(AB, C), hex("01 01 03")).getFirst());
    }

    @Test
    void divides_a_text_behind_what_the_other_has() {
      assertArrayEquals(
          hex("01 01 01 01 84 01 00 01 62 00"),
          ENGINE.diff(List.of(AB), hex("01 01 01")).getFirst());
    }

    @Test
    void divides_no_pair_of_surrogates() {
      byte[] smile = hex("01 01 01 00 04 01 01 74 04 f0 9f 99 82 00");
      assertArrayEquals(
          hex("01 01 01 01 84 01 00 03 ef bf bd 00"),
          ENGINE.diff(List.of(smile), hex("01 01 01")).getFirst());
    }
  }

  @Nested
  class What_is_no_update {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "00",
          "01",
          "00 00 00",
          "01 01 01 00 00 00 00",
          "01 01 01 00 1f 01 01 74 01 61 00",
          "01 01 01 00 04 01 01 74 05 61 00",
          "ff ff ff ff ff ff ff ff ff 00",
          "01 ff ff 03 01 00 00 01 00",
          "01 01 01 00 07 01 01 74 09 00"
        })
    void is_refused(String hex) {
      assertThrows(InvalidUpdate.class, () -> ENGINE.validate(hex(hex)));
    }

    @Test
    void is_refused_whatever_it_is() {
      var chance = new Random(7);
      for (int n = 0; n < 200_000; n++) {
        byte[] bytes = Arrays.copyOf(AB, 1 + chance.nextInt(AB.length));
        for (int i = 0; i < 3; i++) {
          bytes[chance.nextInt(bytes.length)] = (byte) chance.nextInt(256);
        }
        try {
          ENGINE.merge(List.of(bytes, C));
        } catch (InvalidUpdate expected) {
          assertTrue(!expected.getMessage().isEmpty());
        }
      }
    }

    @Test
    void cannot_be_deeper_than_anybody_reads() {
      byte[] deep = new byte[10_000];
      byte[] head = hex("01 01 01 00 08 01 01 74 01");
      System.arraycopy(head, 0, deep, 0, head.length);
      for (int i = head.length; i + 1 < deep.length; i += 2) {
        deep[i] = 117;
        deep[i + 1] = 1;
      }
      assertThrows(InvalidUpdate.class, () -> ENGINE.validate(deep));
    }
  }

  @Nested
  class Beside_Yjs {
    private static final int DOCUMENTS = 150;
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void every_result_is_to_the_same_effect(int seed) throws Exception {
      var folder = Path.of("src", "test", "js");
      assumeTrue(Files.isDirectory(folder.resolve("node_modules/yjs")), "no Node packages");
      var errors = Files.createTempFile("documents", ".err");
      var node =
          new ProcessBuilder("node", "documents.mjs", "" + seed, "" + DOCUMENTS)
              .directory(folder.toFile())
              .redirectError(errors.toFile())
              .start();
      try (var lines =
              new BufferedReader(
                  new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
          var out = new PrintStream(node.getOutputStream(), true, StandardCharsets.UTF_8)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          out.println(answer(line));
        }
        assertTrue(node.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, node.exitValue(), Files.readString(errors));
      } finally {
        node.destroyForcibly();
        Files.delete(errors);
      }
    }

    private static String answer(String line) throws IOException {
      var asked = JSON.readTree(line);
      var updates = new ArrayList<byte[]>();
      asked.path("updates").forEach(one -> updates.add(bytes(one.asText())));
      if (updates.isEmpty()) {
        return "{}";
      }
      return JSON.writeValueAsString(
          Map.of(
              "merged", text(ENGINE.merge(updates).getFirst()),
              "known", text(ENGINE.stateVector(updates)),
              "diff",
                  text(
                      ENGINE.diff(updates, bytes(asked.path("stateVector").asText())).getFirst())));
    }

    private static byte[] bytes(String text) {
      return Base64.getDecoder().decode(text);
    }

    private static String text(byte[] bytes) {
      return Base64.getEncoder().encodeToString(bytes);
    }
  }
}
