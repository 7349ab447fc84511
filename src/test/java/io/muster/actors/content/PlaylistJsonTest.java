package io.muster.actors.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PlaylistJsonTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final PlaylistJson json = new PlaylistJson(Optional.of("https://api.example/"));

  private static JsonNode file(String name) {
    try (var file = PlaylistJsonTest.class.getResourceAsStream("/golden/playlists/" + name)) {
      return MAPPER.readTree(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parsed(String singleQuoted) {
    try {
      return MAPPER.readTree(singleQuoted.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode written(JsonNode row) {
    try {
      return MAPPER.readTree(json.write(row).text());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the only item. */
  private JsonNode content(String fields) {
    return written(
            parsed(
                "{'id':'p','items':[{'contentId':'c','content':{'id':'c',%s}}]}".formatted(fields)))
        .at("/items/0/content");
  }

  @Nested
  class A_row {
    @ParameterizedTest
    @ValueSource(strings = {"pushed-row", "layout-row"})
    void becomes_what_the_golden_file_says(String name) {
      assertEquals(
          file(name + ".wire.json").toPrettyString(),
          written(file(name + ".json")).toPrettyString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pushed-row", "layout-row"})
    void that_was_written_before_comes_out_the_same(String name) {
      var once = json.write(file(name + ".json"));
      assertEquals(once, json.write(parsed(once.text())));
    }

    @Test
    void has_its_fields_in_the_order_of_the_contract() {
      assertEquals(
          "{\"id\":\"p\",\"name\":null,\"loopPlaylist\":true,\"items\":[{\"contentId\":\"c\","
              + "\"order\":0,\"duration\":null,\"content\":null}]}",
          json.write(parsed("{'id':'p','items':[{'contentId':'c'}]}")).text());
    }
  }

  @Nested
  class Rule_49_nothing_that_is_not_on_the_list_reaches_a_device {
    @Test
    void not_from_columns_of_the_playlist_the_item_or_the_content() {
      var text = json.write(file("pushed-row.json")).text();
      for (String secret :
          new String[] {"organizationId", "org-1", "createdAt", "hash", "s3cret"}) {
        assertFalse(text.contains(secret), () -> secret + " in " + text);
      }
    }

    @Test
    void a_generic_api_widget_loses_its_configuration_at_any_depth() {
      var metadata =
          content(
                  "'metadata':{'a':[{'b':{'isWidget':true,'widgetType':'generic-api',"
                      + "'widgetConfig':{'url':'x'},'title':'t'}}]}")
              .get("metadata");
      assertEquals(
          parsed("{'a':[{'b':{'isWidget':true,'widgetType':'generic-api','title':'t'}}]}"),
          metadata);
    }

    @Test
    void other_widgets_keep_theirs() {
      var metadata = "{'isWidget':true,'widgetType':'clock','widgetConfig':{'zone':'UTC'}}";
      assertEquals(parsed(metadata), content("'metadata':" + metadata).get("metadata"));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"apiKey", "api_key", "API-Key", "password", "jwtToken", "organizationId"})
    void metadata_passes_but_for_its_secrets(String name) {
      assertEquals(
          parsed("{'deep':[{'title':'t'}]}"),
          content("'metadata':{'deep':[{'%s':'x','title':'t'}]}".formatted(name)).get("metadata"));
    }
  }

  @Nested
  class A_stored_file {
    @Test
    void is_found_at_the_api() {
      assertEquals(
          "https://api.example/api/v1/device-content/c/file",
          content("'url':'minio://bucket/x.png'").get("url").asText());
    }

    @Test
    void with_an_odd_id_stays_one_path_segment() {
      var row = parsed("{'id':'p','items':[{'contentId':'a/b c','content':{'url':'minio://x'}}]}");
      assertEquals(
          "https://api.example/api/v1/device-content/a%2Fb%20c/file",
          written(row).at("/items/0/content/url").asText());
    }

    @Test
    void rule_46_never_gets_a_relative_address() {
      var homeless = new PlaylistJson(Optional.empty());
      var row = parsed("{'id':'p','items':[{'contentId':'c','content':{'url':'minio://x'}}]}");
      assertThrows(IllegalArgumentException.class, () -> homeless.write(row));
    }

    @Test
    void elsewhere_stays_where_it_is() {
      assertEquals("https://x/y", content("'url':'https://x/y'").get("url").asText());
    }
  }

  @Nested
  class A_value {
    @Test
    void of_time_has_always_milliseconds() {
      assertEquals(
          "2026-03-01T08:15:30.000Z",
          content("'updatedAt':'2026-03-01T08:15:30Z'").get("updatedAt").asText());
    }

    @Test
    void rule_75_that_is_no_time_is_none() {
      assertTrue(content("'updatedAt':'yesterday'").get("updatedAt").isNull());
    }

    @Test
    void of_a_thumbnail_comes_under_either_name() {
      assertEquals("t", content("'thumbnailUrl':'t'").get("thumbnail").asText());
      assertEquals("t", content("'thumbnail':'t','thumbnailUrl':'u'").get("thumbnail").asText());
    }

    @Test
    void that_is_no_whole_number_is_no_duration() {
      assertTrue(content("'duration':'10'").get("duration").isNull());
      assertEquals(10, content("'duration':10").get("duration").intValue());
    }
  }

  @Nested
  class Content_that_is_over {
    @ParameterizedTest
    @ValueSource(strings = {"archived", "expired"})
    void is_left_out(String status) {
      assertEquals(
          0,
          written(
                  parsed(
                      "{'id':'p','items':[{'contentId':'c','content':{'id':'c','status':'%s'}}]}"
                          .formatted(status)))
              .get("items")
              .size());
    }
  }

  @Nested
  class Refused_is {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "[]",
          "7",
          "{'items':[]}",
          "{'id':7,'items':[]}",
          "{'id':' ','items':[]}",
          "{'id':'p'}",
          "{'id':'p','items':{}}",
          "{'id':'p','items':[{}]}",
          "{'id':'p','items':[7]}"
        })
    void what_is_no_playlist(String row) {
      assertThrows(IllegalArgumentException.class, () -> json.write(parsed(row)));
    }

    @Test
    void what_is_nested_too_deep() {
      var deep = "{'a':".repeat(100) + "1" + "}".repeat(100);
      var row =
          parsed(
              "{'id':'p','items':[{'contentId':'c','content':{'id':'c','metadata':%s}}]}"
                  .formatted(deep));
      assertThrows(IllegalArgumentException.class, () -> json.write(row));
    }

    @Test
    void what_is_too_big_for_a_client() {
      var big = "x".repeat(PlaylistJson.BYTES_MAX);
      var row =
          parsed(
              "{'id':'p','items':[{'contentId':'c','content':{'id':'c','metadata':{'html':'%s'}}}]}"
                  .formatted(big));
      assertThrows(IllegalArgumentException.class, () -> json.write(row));
    }

    @Test
    void a_playlist_without_end() {
      var items = "{'contentId':'c'},".repeat(PlaylistJson.ITEMS_MAX) + "{'contentId':'c'}";
      assertThrows(
          IllegalArgumentException.class,
          () -> json.write(parsed("{'id':'p','items':[%s]}".formatted(items))));
    }
  }
}
