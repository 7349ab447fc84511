package io.muster.http.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.support.ApiDocument;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PlainCloseTest {
  @Test
  void every_code_is_in_asyncapi_with_its_reason_and_no_other_is() {
    var ours = new TreeMap<Integer, String>();
    for (PlainClose close : PlainClose.values()) {
      ours.put(close.code, close.reason);
    }
    var described = new TreeMap<Integer, String>();
    ApiDocument.sockets()
        .json()
        .get("x-close-codes")
        .forEach(close -> described.put(close.get("code").asInt(), close.get("reason").asText()));
    assertEquals(ours, described);
  }
}
