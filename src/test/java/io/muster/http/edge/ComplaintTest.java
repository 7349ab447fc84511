package io.muster.http.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.support.ApiDocument;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ComplaintTest {
  private static final ApiDocument DOCUMENT = ApiDocument.rest();

  @ParameterizedTest
  @EnumSource(Complaint.class)
  void the_edge_speaks_as_the_api_does(Complaint complaint) {
    var answer = complaint.answer();
    try {
      var schema = DOCUMENT.json().at("/components/schemas/Problem");
      var body = answer.content().toString(StandardCharsets.UTF_8);
      assertEquals(List.of(), DOCUMENT.complaints(schema, body));
    } finally {
      answer.release();
    }
  }
}
