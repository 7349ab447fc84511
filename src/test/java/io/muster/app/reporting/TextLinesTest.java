package io.muster.app.reporting;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TextLinesTest {
  private static final LoggerContext CONTEXT = new LoggerContext();

  /** With the pattern that is delivered. */
  private static String line(String message, Throwable failure, KeyValuePair... ids) {
    var layout = new PatternLayout();
    layout.setContext(CONTEXT);
    layout.getInstanceConverterMap().put("scrub", ScrubbingConverter::new);
    layout.setPattern(pattern());
    layout.start();
    var event =
        new LoggingEvent(
            "somewhere", CONTEXT.getLogger("io.muster.Test"), Level.WARN, message, failure, null);
    event.setKeyValuePairs(List.of(ids));
    return layout.doLayout(event);
  }

  private static String pattern() {
    try (var file = TextLinesTest.class.getResourceAsStream("/log-text.xml")) {
      var matcher =
          Pattern.compile("<pattern>(.*)</pattern>")
              .matcher(new String(file.readAllBytes(), UTF_8));
      assertTrue(matcher.find());
      return matcher.group(1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_line_has_the_words_and_the_ids() {
    var line = line("it happened", null, new KeyValuePair("device", "tv-1"));
    assertTrue(line.endsWith(" WARN  io.muster.Test it happened device=\"tv-1\"\n"), line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029"})
  void what_others_chose_the_words_of_forges_no_line(String end) {
    var forged = "x" + end + "2026-03-01T08:30:00.123Z ERROR forged";
    assertEquals(1, line(forged, null).lines().count());
    var line = line("seen", null, new KeyValuePair("path", forged));
    assertEquals(1, line.lines().count());
    assertFalse(line.substring(0, line.length() - 1).contains(end));
  }

  @Test
  void a_failure_has_its_lines_below() {
    assertTrue(line("broken", new IllegalStateException("why")).lines().count() > 2);
  }
}
