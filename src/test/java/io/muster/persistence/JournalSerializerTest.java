package io.muster.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.CommandId;
import io.muster.actors.canary.CanaryJournal;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceEvent.CommandQueued;
import io.muster.actors.device.DeviceState;
import io.muster.actors.device.Order;
import io.muster.actors.device.PendingCommands;
import io.muster.actors.device.PendingCommands.Pending;
import io.muster.actors.room.Audience;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Held;
import io.muster.actors.room.Mutation;
import io.muster.actors.room.Priority;
import io.muster.actors.room.Published;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomState;
import io.muster.support.SampleEvents;
import java.io.IOException;
import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JournalSerializerTest {
  private final JournalSerializer serializer = new JournalSerializer();

  static Stream<String> events() {
    return SampleEvents.all().keySet().stream();
  }

  @Nested
  class A_released_event {

    @ParameterizedTest
    @MethodSource("io.muster.persistence.JournalSerializerTest#events")
    void is_read_as_it_was_written(String name) throws Exception {
      assertEquals(
          SampleEvents.all().get(name),
          serializer.fromBinary(golden("device-events/" + name), manifest(name)));
    }

    @ParameterizedTest
    @MethodSource("io.muster.persistence.JournalSerializerTest#events")
    void is_still_written_like_that(String name) throws Exception {
      var event = SampleEvents.all().get(name);
      assertEquals(manifest(name), serializer.manifest(event));
      assertEquals(text(golden("device-events/" + name)), text(serializer.toBinary(event)));
    }

    @Test
    void has_a_frozen_spelling_for_every_kind() {
      var kinds = new HashSet<Class<?>>(Arrays.asList(DeviceEvent.class.getPermittedSubclasses()));
      SampleEvents.all().values().forEach(event -> kinds.remove(event.getClass()));
      assertTrue(kinds.isEmpty(), () -> "no golden file for " + kinds);
    }
  }

  @Nested
  class A_snapshot {
    @Test
    void is_read_as_it_was_written() throws Exception {
      assertEquals(
          untraced(aLife()), serializer.fromBinary(golden("device-state.v1"), "device-state.v1"));
    }

    @Test
    void is_still_written_like_that() throws Exception {
      assertEquals(text(golden("device-state.v1")), text(serializer.toBinary(untraced(aLife()))));
    }

    @Test
    void of_a_device_with_a_traced_command_is_read_as_it_was_written() throws Exception {
      assertEquals(text(golden("device-state.v1.traced")), text(serializer.toBinary(aLife())));
      assertEquals(
          aLife(), serializer.fromBinary(golden("device-state.v1.traced"), "device-state.v1"));
    }

    @Test
    void of_a_device_with_content_and_a_renewed_token_is_read_as_it_was_written() throws Exception {
      var state = after(20);
      assertEquals(text(golden("device-state.v1.renewed")), text(serializer.toBinary(state)));
      assertEquals(
          state, serializer.fromBinary(golden("device-state.v1.renewed"), "device-state.v1"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 9, 12, 15, 16, 17, 18, 20})
    void keeps_every_status(int events) throws Exception {
      var state = after(events);
      assertEquals(
          state, serializer.fromBinary(serializer.toBinary(state), serializer.manifest(state)));
    }

    /** Online, with a command that was sent, a token and an idempotency key. */
    private DeviceState aLife() {
      return after(12);
    }

    /** As of before a pending command kept its trace. */
    private static DeviceState untraced(DeviceState state) {
      var queue =
          state.pending().queue().stream()
              .map(p -> new Pending(p.order(), p.attempts(), Optional.empty()))
              .toList();
      return new DeviceState(
          state.profile(),
          state.status(),
          state.epoch(),
          state.credentials(),
          new PendingCommands(queue),
          state.keys(),
          state.content());
    }

    private DeviceState after(int events) {
      return SampleEvents.all().values().stream()
          .limit(events)
          .reduce(DeviceState.NEW, DeviceState::after, (_, last) -> last);
    }
  }

  @Nested
  class What_a_canary_writes {
    @Test
    void is_read_as_it_was_written() throws Exception {
      var written = new CanaryJournal.Written(Instant.parse("2026-03-01T08:30:00.123456Z"));
      assertEquals("canary-written.v1", serializer.manifest(written));
      assertEquals(text(golden("canary-written.v1")), text(serializer.toBinary(written)));
      assertEquals(
          written, serializer.fromBinary(golden("canary-written.v1"), "canary-written.v1"));
    }
  }

  @Nested
  class What_happens_in_a_room {
    private static final Instant AT = Instant.parse("2026-03-01T08:30:00.123456Z");
    private static final EventId ID = new EventId("mh2x9k1abc", 42);

    @Test
    void is_read_as_it_was_written() throws Exception {
      var event =
          new RoomEvent(
              ID,
              AT,
              "vote:rejected",
              "{\"reason\": \"zu spät\"}",
              Priority.HIGH,
              new Audience(List.of("presenter"), List.of("anna"), List.of("ben")),
              Optional.of("op-1"),
              OptionalLong.empty(),
              "service");
      frozen("room-published.v1", new Published(event, Optional.of("key-1"), -7, Optional.empty()));
    }

    @Test
    void is_short_where_there_is_little_to_say() throws Exception {
      var event =
          new RoomEvent(
              ID,
              AT,
              "t",
              "1",
              Priority.NORMAL,
              Audience.EVERYBODY,
              Optional.empty(),
              OptionalLong.empty(),
              "u");
      var written =
          serializer.toBinary(new Published(event, Optional.empty(), 0, Optional.empty()));
      assertEquals(
          "{'id':'mh2x9k1abc.000000000001a','at':'2026-03-01T08:30:00.123456Z','type':'t','by':'u','payload':1}"
              .replace('\'', '"'),
          new String(written, StandardCharsets.UTF_8));
      assertEquals(
          new Published(event, Optional.empty(), 0, Optional.empty()),
          serializer.fromBinary(written, "room-published.v1"));
    }

    @Test
    void amounts_to_what_was_written() throws Exception {
      frozen(
          "room-state.v1",
          RoomState.of(
              ID,
              List.of(new RoomState.Used("key-1", ID, AT, -7, Optional.empty())),
              List.of(),
              List.of(),
              Optional.empty()));
    }

    @Test
    void may_change_what_the_room_holds() throws Exception {
      var event =
          new RoomEvent(
              ID,
              AT,
              "users.user.updated",
              "{\"id\":\"u1\",\"name\":\"Änne\"}",
              Priority.NORMAL,
              Audience.EVERYBODY,
              Optional.of("op-1"),
              OptionalLong.of(4),
              "ben");
      var held = new Held("user", "u1", 4, event.payload(), Map.of("name", 4L));
      var change = new Published.Change(Mutation.Kind.UPDATE, held);
      frozen(
          "room-published.v1",
          "room-published.v1.change",
          new Published(event, Optional.of("op\nben\nop-1"), 5, Optional.of(change)));
      frozen(
          "room-state.v1",
          "room-state.v1.held",
          RoomState.of(
              ID,
              List.of(
                  new RoomState.Used(
                      "op\nben\nop-1",
                      ID,
                      AT,
                      5,
                      Optional.of(new RoomState.About("user", "u1", 4)))),
              List.of(held),
              List.of("AAA="),
              Optional.of("{\"n\":1}")));
    }

    private void frozen(String manifest, Object fact) throws Exception {
      frozen(manifest, manifest, fact);
    }

    private void frozen(String manifest, String name, Object fact) throws Exception {
      assertEquals(manifest, serializer.manifest(fact));
      assertEquals(text(golden(name)), text(serializer.toBinary(fact)));
      assertEquals(fact, serializer.fromBinary(golden(name), manifest));
    }
  }

  @Nested
  class A_payload {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "{}",
          "[]",
          "null",
          "true",
          "0",
          "-1.50e3",
          "12345678901234567890.10",
          "\"\"",
          "\"Zoë \\u0041 \\\"quoted\\\" 🙂\"",
          "{\"a\":{\"payload\":[1, 2 ,{\"b\":null}]}}",
          "[1.0,\n2.00]"
        })
    void is_handed_on_as_it_came(String payload) throws Exception {
      var event = queued(payload);
      assertEquals(event, serializer.fromBinary(serializer.toBinary(event), "command-queued.v1"));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"", " ", "{", "{}{}", "1,2", "{\"a\":1}, \"x\":2", "nope", "'a'", "\"\uD83D\""})
    void that_is_not_JSON_never_reaches_the_journal(String payload) {
      assertThrows(RuntimeException.class, () -> serializer.toBinary(queued(payload)));
    }

    @Test
    void that_could_not_be_read_back_for_its_depth_never_reaches_the_journal() throws Exception {
      var deepest = queued("[".repeat(500) + "]".repeat(500));
      assertEquals(
          deepest, serializer.fromBinary(serializer.toBinary(deepest), "command-queued.v1"));
      var tooDeep = queued("[".repeat(501) + "]".repeat(501));
      assertThrows(IllegalArgumentException.class, () -> serializer.toBinary(tooDeep));
    }

    private CommandQueued queued(String payload) {
      var at = Instant.parse("2026-03-01T08:30:00Z");
      return new CommandQueued(
          new Order(
              new CommandId("c-1"), "any", Optional.of(payload), Optional.empty(), "x", at, at),
          Optional.empty(),
          Optional.empty(),
          at);
    }
  }

  @Test
  void fields_of_a_newer_version_are_ignored() throws Exception {
    var newer =
        "{\"later\":{\"a\":[1.5]},\"by\":\"user:ada\",\"at\":\"2026-03-01T08:30:00.123456Z\"}";
    assertEquals(
        SampleEvents.all().get("disabled.v1"),
        serializer.fromBinary(newer.getBytes(StandardCharsets.UTF_8), "disabled.v1"));
  }

  @Test
  void an_event_of_an_unknown_name_is_an_error_that_names_it() {
    var failure =
        assertThrows(
            NotSerializableException.class,
            () -> serializer.fromBinary(golden("device-events/disabled.v1"), "vanished.v7"));
    assertTrue(failure.getMessage().contains("vanished.v7"), failure.getMessage());
  }

  @Test
  void a_missing_field_is_an_error_that_names_it() {
    var failure =
        assertThrows(
            NotSerializableException.class,
            () -> serializer.fromBinary(golden("device-events/disabled.v1"), "came-online.v1"));
    assertTrue(failure.getMessage().contains("'epoch'"), failure.getMessage());
  }

  private static String manifest(String name) {
    return name.replaceFirst("\\.(bare|drained)$", "");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).strip();
  }

  private static byte[] golden(String name) throws IOException {
    try (var file = JournalSerializerTest.class.getResourceAsStream("/golden/" + name + ".json")) {
      return file.readAllBytes();
    }
  }
}
