package io.muster.persistence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Writes one JSON object; absent values leave no trace. */
final class JsonWriter {
  // Less than what is read back: a payload lies some levels deep in what is stored.
  private static final int PAYLOAD_DEPTH_MAX = 500;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(PAYLOAD_DEPTH_MAX).build())
          .build();

  private final ByteArrayBuilder bytes = new ByteArrayBuilder(256);
  private final JsonGenerator json;

  private JsonWriter() {
    this.json = get(() -> JSON.createGenerator(bytes));
  }

  static byte[] object(Fields fields) {
    var writer = new JsonWriter();
    run(writer.json::writeStartObject);
    fields.writeTo(writer);
    run(writer.json::writeEndObject);
    run(writer.json::close);
    return writer.bytes.toByteArray();
  }

  interface Fields {
    void writeTo(JsonWriter json);
  }

  JsonWriter text(String name, String value) {
    return then(() -> json.writeStringField(name, value));
  }

  JsonWriter text(String name, Optional<String> value) {
    return value.map(present -> text(name, present)).orElse(this);
  }

  /** Absent, and said so: clients of old look for the field. */
  JsonWriter nothing(String name) {
    return then(() -> json.writeNullField(name));
  }

  JsonWriter number(String name, long value) {
    return then(() -> json.writeNumberField(name, value));
  }

  JsonWriter flag(String name, boolean value) {
    return then(() -> json.writeBooleanField(name, value));
  }

  JsonWriter instant(String name, Instant value) {
    return text(name, value.toString());
  }

  JsonWriter instant(String name, Optional<Instant> value) {
    return text(name, value.map(Instant::toString));
  }

  JsonWriter texts(String name, Collection<String> values) {
    run(() -> json.writeArrayFieldStart(name));
    values.forEach(value -> run(() -> json.writeString(value)));
    return then(json::writeEndArray);
  }

  JsonWriter object(String name, Fields fields) {
    run(() -> json.writeObjectFieldStart(name));
    fields.writeTo(this);
    return then(json::writeEndObject);
  }

  <T> JsonWriter objects(String name, Collection<T> values, BiConsumer<JsonWriter, T> each) {
    run(() -> json.writeArrayFieldStart(name));
    for (T value : values) {
      run(json::writeStartObject);
      each.accept(this, value);
      run(json::writeEndObject);
    }
    return then(json::writeEndArray);
  }

  /**
   * JSON text as it came, spelling of numbers included.
   *
   * @throws IllegalArgumentException for anything but one JSON value: it would make the whole event
   *     unreadable for ever
   */
  JsonWriter raw(String name, Optional<String> value) {
    if (value.isEmpty()) {
      return this;
    }
    requireJson(value.get());
    run(() -> json.writeFieldName(name));
    return then(() -> json.writeRawValue(value.get()));
  }

  private static void requireJson(String text) {
    try (var parser = JSON.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new IllegalArgumentException("a payload is one JSON value, was empty");
      }
      parser.skipChildren();
      parser.finishToken();
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("a payload is one JSON value, more follows");
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("a payload is JSON text", e);
    }
  }

  private JsonWriter then(Step step) {
    run(step);
    return this;
  }

  private static void run(Step step) {
    get(
        () -> {
          step.run();
          return true;
        });
  }

  private static <T> T get(Source<T> source) {
    try {
      return source.get();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // e.g. half a surrogate pair in a text
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private interface Source<T> {
    T get() throws IOException;
  }
}
