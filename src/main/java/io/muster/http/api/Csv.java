package io.muster.http.api;

import java.util.List;
import java.util.stream.Collectors;

/** Rows as RFC 4180 has them, and harmless in a spreadsheet. */
final class Csv {
  // A cell that begins so is a formula to a spreadsheet, whoever wrote it.
  private static final String FORMULA = "=+-@\t\r";

  private Csv() {}

  /** Ends with CRLF. */
  static String row(List<String> cells) {
    return cells.stream().map(Csv::cell).collect(Collectors.joining(",", "", "\r\n"));
  }

  private static String cell(String text) {
    var harmless = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    return harmless.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n')
        ? '"' + harmless.replace("\"", "\"\"") + '"'
        : harmless;
  }
}
