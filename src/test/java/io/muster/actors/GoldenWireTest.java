package io.muster.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.Serializers;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What nodes of two versions say to each other while one after the other is upgraded. A file that
 * has to change is a message that the former version does not write or cannot read: it needs a new
 * name beside the old one, or a member that may be missing. {@code -Dgolden.write=true} in {@code
 * muster.test.jvm} writes the files of messages that have none.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GoldenWireTest {
  private static final Path FILES = Path.of("src/test/resources/golden/wire");
  private static final Serialization SERIALIZATION = WireTest.SERIALIZATION;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
  private static final ObjectMapper CBOR = new CBORMapper();

  /** Addresses of actors are other ones in each run. */
  private static final Pattern ADDRESS = Pattern.compile("\"pekko://[^\"]*\"");

  private static final String SOMEBODY = "\"somebody\"";

  /** A message, and the name of its file. */
  record Sample(Wire message, String name) {
    private Path file() {
      return FILES.resolve(name + ".json");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Sample> samples() {
    var seen = new HashMap<String, Integer>();
    return WireTest.samples()
        .map(
            message -> {
              var full = message.getClass().getName();
              var name = full.substring(full.lastIndexOf('.') + 1).replace('$', '.');
              int count = seen.merge(name, 1, Integer::sum);
              return new Sample(message, count == 1 ? name : name + "-" + count);
            });
  }

  private static String json(Object message) throws IOException {
    return JSON.writeValueAsString(CBOR.readTree(SERIALIZATION.serialize(message).get())) + "\n";
  }

  private static String written(Object message) throws IOException {
    return ADDRESS.matcher(json(message)).replaceAll(SOMEBODY);
  }

  private static String golden(Sample sample) throws IOException {
    if (!Files.exists(sample.file()) && Boolean.getBoolean("golden.write")) {
      Files.createDirectories(FILES);
      Files.writeString(sample.file(), written(sample.message()));
    }
    return Files.readString(sample.file());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void a_message_is_written_as_its_file_says(Sample sample) throws Exception {
    assertEquals(golden(sample), written(sample.message()));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void a_message_of_the_former_version_is_read(Sample sample) throws Exception {
    assertReads(sample, JSON.readTree(addressed(sample)));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void a_member_that_a_newer_version_has_is_passed_over(Sample sample) throws Exception {
    if (JSON.readTree(addressed(sample)) instanceof ObjectNode tree) {
      assertReads(sample, tree.put("newer", true));
    }
  }

  /** With the address of an actor that can be found. */
  private static String addressed(Sample sample) throws IOException {
    var here = ADDRESS.matcher(json(sample.message()));
    return here.find() ? golden(sample).replace(SOMEBODY, here.group()) : golden(sample);
  }

  private static void assertReads(Sample sample, JsonNode tree) throws IOException {
    var serializer = SERIALIZATION.findSerializerFor(sample.message());
    var read =
        SERIALIZATION
            .deserialize(
                CBOR.writeValueAsBytes(tree),
                serializer.identifier(),
                Serializers.manifestFor(serializer, sample.message()))
            .get();
    assertSame(sample.message().getClass(), read.getClass());
    assertEquals(written(sample.message()), written(read));
  }

  @Test
  void each_file_is_of_a_message_that_there_is() throws Exception {
    var known = samples().map(sample -> sample.name() + ".json").sorted().toList();
    try (var files = Files.list(FILES)) {
      assertEquals(known, files.map(f -> f.getFileName().toString()).sorted().toList());
    }
  }
}
