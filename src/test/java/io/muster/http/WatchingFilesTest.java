package io.muster.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The dashboard and the alerts: what they ask for is there, and who reads them finds the way. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class WatchingFilesTest {
  private static final Set<String> OF_PROMETHEUS = Set.of("up");
  private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?!\\s*\\()\\b");

  private static final JsonNode DASHBOARD = dashboard();
  private static final List<Map<String, Object>> ALERTS = alerts();

  private static String read(String path) {
    try {
      return Files.readString(Path.of(path));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static JsonNode dashboard() {
    try {
      return new ObjectMapper().readTree(read("ops/grafana/muster.json"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> alerts() {
    var file =
        (Map<String, List<Map<String, Object>>>)
            new Load(LoadSettings.builder().build())
                .loadFromString(read("ops/prometheus/alerts.yml"));
    return file.get("groups").stream()
        .flatMap(group -> ((List<Map<String, Object>>) group.get("rules")).stream())
        .toList();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, String> annotations(Map<String, Object> alert) {
    return (Map<String, String>) alert.get("annotations");
  }

  private static Stream<JsonNode> panels() {
    return StreamSupport.stream(DASHBOARD.path("panels").spliterator(), false)
        .filter(panel -> !panel.path("type").asText().equals("row"));
  }

  private static List<String> asked() {
    return panels()
        .flatMap(panel -> StreamSupport.stream(panel.path("targets").spliterator(), false))
        .map(target -> target.path("expr").asText())
        .toList();
  }

  // ── what an expression asks for ──

  /** What is left of a PromQL expression without its texts, labels, ranges, functions and words. */
  private static Set<String> metrics(String expression) {
    var bare =
        expression
            .replaceAll("\"(\\\\.|[^\"\\\\])*\"", "")
            .replaceAll("\\{[^}]*\\}", " ")
            .replaceAll("\\[[^]]*\\]", " ")
            .replaceAll("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)", " ");
    var names = new TreeSet<String>();
    NAME.matcher(bare).results().map(MatchResult::group).forEach(names::add);
    names.removeAll(WORDS);
    return names;
  }

  /** As documented; another test holds the document against the code. */
  private static Set<String> known() {
    var known = new HashSet<>(OF_PROMETHEUS);
    documented()
        .forEach(
            name -> {
              known.add(name);
              if (name.matches(".*_(seconds|percent)")) {
                List.of("_bucket", "_sum", "_count").forEach(part -> known.add(name + part));
              }
            });
    return known;
  }

  private static Set<String> documented() {
    var names = new TreeSet<String>();
    Pattern.compile("(?m)^\\| `(muster_[a-z_]+)`")
        .matcher(read("docs/operations.md"))
        .results()
        .forEach(row -> names.add(row.group(1)));
    return names;
  }

  private static Set<String> unknown(List<String> expressions) {
    var names = new TreeSet<String>();
    expressions.forEach(expression -> names.addAll(metrics(expression)));
    names.removeAll(known());
    return names;
  }

  @Test
  void a_name_that_is_not_there_would_be_found() {
    assertEquals(
        Set.of("muster_nothing_total"),
        unknown(
            List.of(
                "sum by (le) (rate(muster_nothing_total{a=\"b\"}[5m])) > 3 and muster_journal_up")));
  }

  @Nested
  class The_dashboard {
    @Test
    void asks_only_for_what_can_be_scraped() {
      assertEquals(Set.of(), unknown(asked()));
    }

    @Test
    void shows_every_figure_that_is_documented() {
      var shown = new HashSet<String>();
      asked().forEach(expression -> shown.addAll(metrics(expression)));
      var hidden = documented();
      hidden.removeIf(
          name -> shown.stream().anyMatch(s -> s.matches(name + "(_bucket|_sum|_count)?")));
      assertEquals(Set.of(), hidden);
    }

    @Test
    void names_its_units_and_says_what_is_good() {
      panels()
          .forEach(
              panel -> {
                assertFalse(panel.at("/fieldConfig/defaults/unit").asText().isEmpty());
                assertFalse(panel.path("description").asText().isEmpty(), panel::toString);
              });
    }

    @Test
    void takes_its_data_from_where_the_reader_chooses() {
      panels().forEach(p -> assertEquals("${datasource}", p.at("/datasource/uid").asText()));
      assertEquals("datasource", DASHBOARD.at("/templating/list/0/name").asText());
    }

    @Test
    void has_no_panel_over_another() {
      var taken = new HashSet<String>();
      for (JsonNode panel : DASHBOARD.path("panels")) {
        var at = panel.path("gridPos");
        for (int x = at.path("x").asInt(); x < at.path("x").asInt() + at.path("w").asInt(); x++) {
          for (int y = at.path("y").asInt(); y < at.path("y").asInt() + at.path("h").asInt(); y++) {
            assertTrue(x < 24 && taken.add(x + "," + y), panel.path("title")::asText);
          }
        }
      }
    }
  }

  @Nested
  class Each_alert {
    @Test
    void asks_only_for_what_can_be_scraped() {
      assertEquals(
          Set.of(), unknown(ALERTS.stream().map(alert -> (String) alert.get("expr")).toList()));
    }

    @Test
    void says_what_is_wrong_and_where_to_read_on() {
      var document = read("docs/operations.md");
      for (Map<String, Object> alert : ALERTS) {
        var said = annotations(alert);
        assertFalse(said.get("summary").isBlank());
        assertFalse(said.get("description").isBlank());
        var anchor = said.get("runbook_url").replaceFirst("^docs/operations.md#", "");
        assertTrue(
            document.lines().anyMatch(line -> line.toLowerCase().equals("### " + anchor)), anchor);
      }
    }

    @Test
    void has_a_name_of_its_own_and_a_severity() {
      var names = new ArrayList<String>();
      for (Map<String, Object> alert : ALERTS) {
        names.add((String) alert.get("alert"));
        var severity = ((Map<?, ?>) alert.get("labels")).get("severity");
        assertTrue(Set.of("page", "ticket", "info").contains(severity), names::toString);
      }
      assertEquals(names.size(), new HashSet<>(names).size());
    }
  }
}
