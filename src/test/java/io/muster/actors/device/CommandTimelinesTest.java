package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeliveryState;
import io.muster.actors.DeviceId;
import io.muster.actors.device.DeviceEvent.*;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CommandTimelinesTest {
  private static final DeviceId TV = new DeviceId("tv-1");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final CommandTimelines timelines = new CommandTimelines(TV);

  private static Order order(String id) {
    return new Order(
        new CommandId(id),
        "hello",
        Optional.of("{\"a\":1}"),
        Optional.empty(),
        "ann",
        NOW,
        NOW.plusSeconds(60));
  }

  private static CommandQueued queued(String id) {
    return new CommandQueued(order(id), Optional.empty(), Optional.empty(), NOW);
  }

  private static CommandSent sent(String id, int attempt) {
    return new CommandSent(new CommandId(id), 3, attempt, NOW.plusSeconds(attempt));
  }

  private static CommandSettled settled(String id, Outcome outcome) {
    return new CommandSettled(
        new CommandId(id), outcome, Optional.of("why"), Optional.empty(), 3, NOW.plusSeconds(9));
  }

  @Test
  void everything_that_was_observed_is_told_in_order() {
    timelines.add(queued("a"));
    timelines.add(sent("a", 1));
    timelines.add(sent("a", 2));
    timelines.add(settled("a", Outcome.FAILED));
    var a = timelines.find(new CommandId("a")).orElseThrow();
    assertEquals(
        List.of(DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.SENT, DeliveryState.FAILED),
        a.timeline().stream().map(CommandView.Step::state).toList());
    assertEquals(OptionalLong.of(2), a.timeline().get(2).attempt());
    assertEquals(OptionalLong.of(3), a.timeline().get(2).epoch());
    assertEquals(Optional.of("why"), a.timeline().getLast().reason());
    assertEquals(DeliveryState.FAILED, a.state());
    assertTrue(a.settled());
    assertEquals(Optional.of("{\"a\":1}"), a.payload());
  }

  @Test
  void a_command_without_an_ack_stays_sent_and_is_settled() {
    timelines.add(queued("a"));
    timelines.add(sent("a", 1));
    timelines.add(settled("a", Outcome.UNCONFIRMED));
    var a = timelines.find(new CommandId("a")).orElseThrow();
    assertEquals(DeliveryState.SENT, a.state());
    assertTrue(a.settled());
  }

  @Test
  void commands_come_in_the_order_in_which_they_were_queued() {
    timelines.add(queued("b"));
    timelines.add(queued("a"));
    timelines.add(sent("a", 1));
    assertEquals(List.of("b", "a"), timelines.views().stream().map(c -> c.id().value()).toList());
    assertFalse(timelines.views().getFirst().settled());
  }

  @Test
  void a_journal_read_from_the_middle_begins_with_its_first_whole_command() {
    timelines.add(settled("old", Outcome.ACKNOWLEDGED));
    timelines.add(sent("older", 4));
    timelines.add(queued("a"));
    assertEquals(1, timelines.views().size());
    assertTrue(timelines.find(new CommandId("old")).isEmpty());
  }

  @Test
  void what_is_pending_reads_as_what_the_journal_tells() {
    var pending =
        PendingCommands.NONE
            .plus(order("a"), Optional.empty())
            .sent(sent("a", 1))
            .sent(sent("a", 2));
    var event = settled("a", Outcome.ACKNOWLEDGED);
    timelines.add(queued("a"));
    timelines.add(sent("a", 1));
    timelines.add(sent("a", 2));
    var a = pending.queue().getFirst();
    assertEquals(timelines.views().getFirst(), CommandTimelines.pending(TV, a));
    timelines.add(event);
    assertEquals(timelines.views().getFirst(), CommandTimelines.settled(TV, a, event));
  }

  @Test
  void an_id_of_ours_says_where_to_begin_to_read() {
    for (long number : new long[] {1, 35, 36, 1_000_000, Integer.MAX_VALUE * 2L}) {
      var id = CommandTimelines.mint(number, new Random(number));
      assertEquals(OptionalLong.of(number), CommandTimelines.sequenceNumberOf(id));
    }
  }

  @Test
  void an_id_of_others_does_not() {
    for (String foreign : List.of("-", "a", "cmd-1", "1-short", "zzzzzzzzzzzzzz-abcdefghijkl")) {
      assertEquals(OptionalLong.empty(), CommandTimelines.sequenceNumberOf(new CommandId(foreign)));
    }
    // Nor may one that looks like ours but is none lead anywhere but to an early place.
    assertEquals(
        OptionalLong.empty(), CommandTimelines.sequenceNumberOf(new CommandId("a_b-abcdefghijkl")));
  }
}
