package io.muster.http.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CsvTest {
  @Test
  void cells_are_quoted_where_they_must_be() {
    assertEquals(
        "a,\"b,c\",\"say \"\"x\"\"\",\"two\nlines\",\r\n",
        Csv.row(List.of("a", "b,c", "say \"x\"", "two\nlines", "")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"=1+1", "+1", "-1", "@x"})
  void a_cell_is_never_a_formula(String cell) {
    assertEquals("'" + cell + "\r\n", Csv.row(List.of(cell)));
  }
}
