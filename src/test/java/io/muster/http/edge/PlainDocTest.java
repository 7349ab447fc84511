package io.muster.http.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PlainDocTest {
  private static String document() throws IOException {
    return Files.readString(Path.of("docs/plain-websocket.md"));
  }

  @Test
  void every_frame_that_is_shown_can_be_read() throws Exception {
    var frames =
        Pattern.compile("```json\n(.*?)```", Pattern.DOTALL)
            .matcher(document())
            .results()
            .flatMap(block -> block.group(1).lines())
            .toList();
    assertTrue(frames.size() >= 7);
    for (String frame : frames) {
      assertInstanceOf(PlainMessage.class, PlainMessage.read(frame), frame);
    }
  }

  @Test
  void every_close_code_is_told_and_no_other() throws IOException {
    List<String> told =
        Pattern.compile("^\\| (\\d{4}) \\| (\\w+) \\|", Pattern.MULTILINE)
            .matcher(document())
            .results()
            .map((MatchResult row) -> row.group(1) + " " + row.group(2))
            .toList();
    assertEquals(
        Arrays.stream(PlainClose.values()).map(why -> why.code + " " + why.reason).toList(), told);
  }

  @Test
  void the_limits_are_those_of_the_code() throws IOException {
    var limits = PlainLimits.DEFAULT;
    var text = document().replaceAll("\\s+", " ");
    for (String told :
        List.of(
            "within %d s. Without".formatted(limits.auth().toSeconds()),
            "pings every %d s".formatted(limits.ping().toSeconds()),
            "nothing within %d s".formatted(limits.pong().toSeconds()),
            "owed %d MiB".formatted(limits.outboundBytes() >> 20),
            "more than %d messages a second"
                .formatted(1_000_000_000 / limits.messages().intervalNanos()),
            "nested deeper than %d".formatted(PlainLimits.JSON_DEPTH),
            "at most %d characters".formatted(PlainMessage.NAME_MAX))) {
      assertTrue(text.contains(told), told);
    }
  }
}
