package io.muster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.junit.ArchTest;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The page of rules names what keeps them, and all of that is there. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RulesDocTest {
  private static final Path TESTS = Path.of("src/test/java");
  private static final List<Class<? extends Annotation>> MARKS =
      List.of(Test.class, ParameterizedTest.class, ArchTest.class);

  private record Rule(int number, String sentence, List<String> keepers) {}

  private static List<Rule> rules() throws IOException {
    return found(
            "(?m)^\\| (\\d+) \\| (.*) \\| (.*) \\|$", Files.readString(Path.of("docs/rules.md")))
        .map(
            row ->
                new Rule(
                    Integer.parseInt(row.group(1)),
                    row.group(2),
                    found("`([^`]+)`", row.group(3)).map(name -> name.group(1)).toList()))
        .toList();
  }

  private static Stream<MatchResult> found(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results();
  }

  @Test
  void rules_are_counted_without_a_gap_and_each_has_its_keepers() throws IOException {
    var rules = rules();
    assertEquals(
        IntStream.rangeClosed(1, 76).boxed().toList(), rules.stream().map(Rule::number).toList());
    assertEquals(List.of(), rules.stream().filter(rule -> rule.keepers().isEmpty()).toList());
  }

  @Test
  void whatever_keeps_a_rule_exists() throws IOException {
    var alerts =
        found("alert: (\\w+)", Files.readString(Path.of("ops/prometheus/alerts.yml")))
            .map(alert -> alert.group(1))
            .toList();
    var missing = new ArrayList<String>();
    for (Rule rule : rules()) {
      for (String keeper : rule.keepers()) {
        if (!(keeper.contains(".") ? isTest(keeper) : alerts.contains(keeper))) {
          missing.add(rule.number() + ": " + keeper);
        }
      }
    }
    assertEquals(List.of(), missing);
  }

  @Test
  void each_test_that_bears_the_number_of_a_rule_is_named_there() throws IOException {
    var rules = rules();
    var unnamed = new ArrayList<String>();
    for (Path file : sources().toList()) {
      found("(?:void|class) (\\w*[Rr]ule_(\\d+)_\\w+)", Files.readString(file))
          .filter(
              test ->
                  rules.get(Integer.parseInt(test.group(2)) - 1).keepers().stream()
                      .noneMatch(keeper -> keeper.contains("." + test.group(1))))
          .forEach(test -> unnamed.add(test.group(1)));
    }
    assertEquals(List.of(), unnamed);
  }

  // ── tests by name ──

  private static Stream<Path> sources() throws IOException {
    try (var files = Files.walk(TESTS)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    }
  }

  /** Of a class, or of classes within a class. */
  private static boolean isTest(String keeper) throws IOException {
    var parts = keeper.split("\\.");
    var type = type(parts[0]);
    for (String nested : Arrays.copyOfRange(parts, 1, parts.length - 1)) {
      type =
          type.flatMap(
              outer ->
                  Arrays.stream(outer.getDeclaredClasses())
                      .filter(inner -> inner.getSimpleName().equals(nested))
                      .findFirst());
    }
    var name = parts[parts.length - 1];
    return type.filter(owner -> members(owner, name).anyMatch(RulesDocTest::isMarked)).isPresent();
  }

  private static Optional<Class<?>> type(String simpleName) throws IOException {
    var file = sources().filter(path -> path.endsWith(simpleName + ".java")).findFirst();
    if (file.isEmpty()) {
      return Optional.empty();
    }
    var name = TESTS.relativize(file.get()).toString().replace(".java", "").replace('/', '.');
    try {
      return Optional.of(Class.forName(name, false, RulesDocTest.class.getClassLoader()));
    } catch (ClassNotFoundException e) {
      return Optional.empty();
    }
  }

  private static Stream<? extends AnnotatedElement> members(Class<?> owner, String name) {
    return Stream.concat(
        Arrays.stream(owner.getDeclaredMethods()).filter(method -> method.getName().equals(name)),
        Arrays.stream(owner.getDeclaredFields()).filter(field -> field.getName().equals(name)));
  }

  private static boolean isMarked(AnnotatedElement member) {
    return MARKS.stream().anyMatch(member::isAnnotationPresent);
  }
}
