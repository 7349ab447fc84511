package io.muster.http.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.http.device.WaitingRoom.Bounds;
import io.muster.http.device.WaitingRoom.Guest;
import io.muster.http.device.WaitingRoom.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WaitingRoomTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Set<DeviceId> urgent = new HashSet<>();
  private final List<String> entered = new ArrayList<>();
  private final List<String> sentAway = new ArrayList<>();
  private final List<Place> places = new ArrayList<>();
  private long now;
  private WaitingRoom room = room(1, 3);

  private WaitingRoom room(int joining, int waiting) {
    return new WaitingRoom(
        new Bounds(joining, waiting, PATIENCE), urgent::contains, () -> now, new Random(7));
  }

  private final class Comer implements Guest {
    private final String name;
    private boolean hasLeft;

    Comer(String name) {
      this.name = name;
    }

    @Override
    public DeviceId id() {
      return new DeviceId(name);
    }

    @Override
    public boolean hasLeft() {
      return hasLeft;
    }

    @Override
    public void enter(Place place) {
      entered.add(name);
      places.add(place);
    }

    @Override
    public void sendAway() {
      sentAway.add(name);
    }
  }

  private Comer comes(String name) {
    var comer = new Comer(name);
    room.come(comer);
    return comer;
  }

  private void isUrgent(String name) {
    urgent.add(new DeviceId(name));
  }

  /** The one who has been inside for the longest has been answered. */
  private void oneIsAnswered() {
    places.removeFirst().giveBack();
  }

  private void passes(Duration time) {
    now += time.toNanos();
    room.look();
  }

  @Nested
  class With_a_place_that_is_free {
    @Test
    void whoever_comes_enters_at_once() {
      comes("a");
      assertEquals(List.of("a"), entered);
      assertEquals(1, room.joining());
      assertEquals(0, room.waiting());
    }

    @Test
    void a_place_that_is_given_back_twice_is_one_place() {
      comes("a");
      var place = places.getFirst();
      place.giveBack();
      place.giveBack();
      comes("b");
      comes("c");
      assertEquals(List.of("a", "b"), entered);
    }
  }

  @Nested
  class With_all_places_taken {
    @Test
    void the_others_enter_in_the_order_in_which_they_came() {
      comes("a");
      comes("b");
      comes("c");
      assertEquals(List.of("a"), entered);
      oneIsAnswered();
      oneIsAnswered();
      assertEquals(List.of("a", "b", "c"), entered);
    }

    @Test
    void an_urgent_one_enters_before_those_who_came_earlier() {
      isUrgent("c");
      comes("a");
      comes("b");
      comes("c");
      oneIsAnswered();
      assertEquals(List.of("a", "c"), entered);
    }

    @Test
    void one_that_becomes_urgent_while_it_waits_passes_at_the_next_look() {
      comes("a");
      comes("b");
      comes("c");
      isUrgent("c");
      passes(WaitingRoom.LOOK_EVERY);
      oneIsAnswered();
      assertEquals(List.of("a", "c"), entered);
    }

    @Test
    void one_whose_socket_closed_while_it_waited_takes_no_place_and_is_forgotten() {
      comes("a");
      comes("b").hasLeft = true;
      comes("c");
      oneIsAnswered();
      assertEquals(List.of("a", "c"), entered);
      comes("d").hasLeft = true;
      assertEquals(1, room.waiting());
      passes(WaitingRoom.LOOK_EVERY);
      assertEquals(0, room.waiting());
      assertEquals(List.of(), sentAway);
    }

    @Test
    void one_that_has_waited_for_too_long_is_sent_away_and_enters_no_more() {
      comes("a");
      comes("b");
      passes(PATIENCE.minusMillis(1));
      assertEquals(List.of(), sentAway);
      passes(Duration.ofMillis(1));
      assertEquals(List.of("b"), sentAway);
      oneIsAnswered();
      assertEquals(List.of("a"), entered);
      assertEquals(0, room.joining());
    }
  }

  @Nested
  class With_nobody_more_who_may_wait {
    @Test
    void whoever_comes_is_sent_away() {
      List.of("a", "b", "c", "d", "e").forEach(WaitingRoomTest.this::comes);
      assertEquals(List.of("e"), sentAway);
      assertEquals(3, room.waiting());
    }

    @Test
    void an_urgent_one_takes_the_place_of_the_youngest_of_the_others() {
      isUrgent("e");
      List.of("a", "b", "c", "d", "e").forEach(WaitingRoomTest.this::comes);
      assertEquals(List.of("d"), sentAway);
      oneIsAnswered();
      assertEquals(List.of("a", "e"), entered);
    }

    @Test
    void among_urgent_ones_the_last_is_sent_away() {
      List.of("b", "c", "d", "e").forEach(WaitingRoomTest.this::isUrgent);
      List.of("a", "b", "c", "d", "e").forEach(WaitingRoomTest.this::comes);
      assertEquals(List.of("e"), sentAway);
    }

    @Test
    void clients_are_told_to_come_again_within_the_time_that_those_who_wait_will_need() {
      assertEquals(OptionalInt.empty(), room.retryAfterSeconds());
      room = room(2, 40);
      IntStream.range(0, 200).forEach(i -> comes("tv-" + i));
      // Four in two seconds: 40 need some twenty seconds, told by an average that lags behind.
      for (int i = 0; i < 40; i++) {
        oneIsAnswered();
        comes("more-" + i);
        passes(Duration.ofMillis(500));
        IntStream.range(0, 40).forEach(n -> comes("again-" + n));
      }
      var told =
          IntStream.range(0, 1_000).map(_ -> room.retryAfterSeconds().orElseThrow()).toArray();
      assertTrue(IntStream.of(told).allMatch(s -> s >= 1 && s <= 30), "whole seconds in bounds");
      assertTrue(IntStream.of(told).distinct().count() >= 10, "spread");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatever_happens_everybody_has_one_answer_and_no_place_is_lost(long seed) {
    var chance = new Random(seed);
    room = room(1 + chance.nextInt(4), 1 + chance.nextInt(20));
    var comers = new ArrayList<Comer>();
    for (int i = 0; i < 5_000; i++) {
      switch (chance.nextInt(8)) {
        case 0, 1, 2 -> {
          var name = "tv-" + i;
          if (chance.nextInt(4) == 0) {
            isUrgent(name);
          }
          comers.add(comes(name));
        }
        case 3, 4 -> {
          if (!places.isEmpty()) {
            places.remove(chance.nextInt(places.size())).giveBack();
          }
        }
        case 5 -> {
          if (!comers.isEmpty()) {
            comers.get(chance.nextInt(comers.size())).hasLeft = true;
          }
        }
        case 6 -> passes(Duration.ofMillis(chance.nextInt(3_000)));
        default -> room.retryAfterSeconds();
      }
      assertEquals(places.size(), room.joining());
    }
    while (!places.isEmpty()) {
      oneIsAnswered();
    }
    var answered = new ArrayList<>(entered);
    answered.addAll(sentAway);
    assertEquals(answered.size(), new HashSet<>(answered).size(), "one answer each");
    assertTrue(
        comers.stream().allMatch(c -> c.hasLeft || answered.contains(c.name)),
        "nobody is forgotten");
    assertEquals(0, room.joining() + room.waiting());
  }

  @Test
  void however_many_urgent_ones_come_the_others_have_one_turn_of_eight() {
    room = room(1, 10_000);
    comes("inside");
    IntStream.range(0, 10).forEach(i -> comes("other-" + i));
    for (int i = 0; i < 1_000; i++) {
      isUrgent("urgent-" + i);
      comes("urgent-" + i);
    }
    IntStream.range(0, 81).forEach(_ -> oneIsAnswered());
    assertEquals(10, entered.stream().filter(name -> name.startsWith("other-")).count());
  }
}
