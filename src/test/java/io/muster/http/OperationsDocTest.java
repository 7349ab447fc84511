package io.muster.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.support.ApiDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class OperationsDocTest {
  private static List<String> all(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .distinct()
        .sorted()
        .toList();
  }

  private static String read(String path) throws IOException {
    return Files.readString(Path.of(path));
  }

  @Test
  void tells_of_each_series_there_is_and_of_no_other() throws IOException {
    var counted =
        Stream.concat(
            all(
                "muster(\\.[a-z]+)+(?=\")",
                read("src/main/java/io/muster/http/KamonTelemetry.java"))
                .stream(),
            all("muster(_[a-z]+)+(?=\")", read("src/main/java/io/muster/http/FleetFigures.java"))
                .stream()
                .map(series -> series.replace('_', '.')));
    var told =
        all("muster_[a-z_]+", read("docs/operations.md")).stream()
            .map(series -> series.replaceFirst("_(total|seconds)$", "").replace('_', '.'));
    assertEquals(counted.sorted().toList(), told.distinct().sorted().toList());
  }

  @Test
  void names_no_code_that_is_not_of_the_api() throws IOException {
    var known = ApiDocument.rest().json().at("/components/schemas/ProblemCode/enum").toString();
    var refusals = read("docs/operations.md").replaceFirst("(?s).*## When something", "");
    for (String code : all("(?<=`)[a-z]+(_[a-z]+)+(?=`)", refusals)) {
      assertTrue(known.contains("\"" + code + "\""), code);
    }
  }
}
