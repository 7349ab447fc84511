package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeliveryState;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceEvent.*;
import io.muster.actors.device.Order;
import io.muster.actors.device.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Timelines as they are read back. */
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class HistoryContract {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00.123456Z");

  private Ports ports;
  private DeviceId device;

  abstract Ports ports();

  @BeforeEach
  void take_a_device_of_its_own(TestInfo test) {
    ports = ports();
    device = new DeviceId("h" + Math.abs(test.getTestMethod().orElseThrow().getName().hashCode()));
    ports.journal(device, new Registered(new OrgId("acme"), "n", "ada", T));
  }

  @Test
  void a_command_is_found_by_the_number_in_its_id_with_everything_that_was_observed() {
    var id = new CommandId("2-aaaaaaaaaaaa");
    var other = new CommandId("3-bbbbbbbbbbbb");
    ports.journal(
        device,
        queued(id),
        queued(other),
        new CommandSent(id, 1, 1, T.plusSeconds(1)),
        new CommandSent(id, 1, 2, T.plusSeconds(2)),
        settled(id, Outcome.ACKNOWLEDGED),
        new CommandSent(other, 1, 1, T.plusSeconds(4)));

    var found = await(ports.history().find(device, id)).orElseThrow();

    assertEquals(
        List.of(
            DeliveryState.QUEUED,
            DeliveryState.SENT,
            DeliveryState.SENT,
            DeliveryState.ACKNOWLEDGED),
        found.timeline().stream().map(CommandView.Step::state).toList());
    assertTrue(found.settled());
    assertEquals(Optional.of("{\"n\": 1.0}"), found.payload());
    assertEquals(device, found.device());
  }

  @Test
  void a_command_whose_id_was_made_elsewhere_or_lies_is_found_all_the_same() {
    var made = new CommandId("cmd_legacy-1");
    var lying = new CommandId("1-cccccccccccc");
    ports.journal(device, queued(made), queued(lying), settled(made, Outcome.FAILED));

    assertEquals(
        DeliveryState.FAILED, await(ports.history().find(device, made)).orElseThrow().state());
    assertEquals(
        DeliveryState.QUEUED, await(ports.history().find(device, lying)).orElseThrow().state());
  }

  @Test
  void a_command_that_was_never_queued_is_not_found() {
    ports.journal(device, queued(new CommandId("2-aaaaaaaaaaaa")));
    for (String id : List.of("2-zzzzzzzzzzzz", "zzzzzzz-aaaaaaaaaaaa", "none")) {
      assertEquals(Optional.empty(), await(ports.history().find(device, new CommandId(id))), id);
    }
    assertEquals(
        Optional.empty(),
        await(ports.history().find(new DeviceId("nobody"), new CommandId("2-aaaaaaaaaaaa"))));
  }

  @Test
  void commands_come_newest_first_in_pages_that_newer_ones_do_not_shift() {
    IntStream.rangeClosed(1, 5).forEach(i -> ports.journal(device, life(i)));
    var first = page(2, Optional.empty());
    assertEquals(List.of("c5", "c4"), names(first));

    ports.journal(device, life(6));
    var second = page(2, first.next());
    assertEquals(List.of("c3", "c2"), names(second));
    assertTrue(second.items().stream().allMatch(CommandView::settled));
    var third = page(2, second.next());
    assertEquals(List.of("c1"), names(third));
    assertEquals(Optional.empty(), third.next());
  }

  @Test
  void a_page_shows_how_its_commands_ended_however_much_later_that_was() {
    var patient = new CommandId("patient");
    ports.journal(device, queued(patient));
    var much = new ArrayList<DeviceEvent>();
    IntStream.range(0, 1_200)
        .forEach(i -> much.add(new CommandSent(new CommandId("other"), 1, i, T)));
    ports.journal(device, much.toArray(DeviceEvent[]::new));
    ports.journal(device, settled(patient, Outcome.EXPIRED));

    assertEquals(DeliveryState.EXPIRED, page(1, Optional.empty()).items().getFirst().state());
    assertEquals(
        DeliveryState.EXPIRED, await(ports.history().find(device, patient)).orElseThrow().state());
  }

  @Test
  void a_device_without_commands_has_an_empty_page() {
    assertEquals(new Page<>(List.of(), Optional.empty()), page(10, Optional.empty()));
  }

  @Test
  void a_token_that_no_page_has_given_and_a_size_out_of_bounds_are_refused() {
    for (String token : List.of("", "x", "MTp4", "-1")) {
      assertThrows(IllegalArgumentException.class, () -> page(2, Optional.of(token)), token);
    }
    assertThrows(IllegalArgumentException.class, () -> page(0, Optional.empty()));
    assertThrows(IllegalArgumentException.class, () -> page(201, Optional.empty()));
  }

  private Page<CommandView> page(int size, Optional<String> token) {
    return await(ports.history().newestFirst(device, size, token));
  }

  private static List<String> names(Page<CommandView> page) {
    return page.items().stream().map(view -> view.id().value()).toList();
  }

  private static DeviceEvent[] life(int number) {
    var id = new CommandId("c" + number);
    return new DeviceEvent[] {
      queued(id), new CommandSent(id, 1, 1, T), settled(id, Outcome.ACKNOWLEDGED)
    };
  }

  private static CommandQueued queued(CommandId id) {
    return new CommandQueued(
        new Order(
            id, "any", Optional.of("{\"n\": 1.0}"), Optional.empty(), "ada", T, T.plusSeconds(60)),
        Optional.empty(),
        Optional.empty(),
        T);
  }

  private static CommandSettled settled(CommandId id, Outcome outcome) {
    return new CommandSettled(id, outcome, Optional.empty(), Optional.empty(), 1, T.plusSeconds(3));
  }
}
