package io.muster.actors.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.room.Presence.Change;
import io.muster.actors.room.Presence.News;
import io.muster.actors.room.RoomCommand.ToRelay;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PresenceTest {
  private static final Instant NOW = Instant.parse("2026-03-01T08:30:00Z");
  private static final Instant LATER = NOW.plus(Presence.GRACE);

  private final Presence presence = new Presence();
  private final ActorRef<ToRelay> north = TestInbox.<ToRelay>create("north").getRef();
  private final ActorRef<ToRelay> south = TestInbox.<ToRelay>create("south").getRef();

  private static Member anna(String connection) {
    return new Member(connection, "anna", Optional.of("attendee"));
  }

  @Test
  void the_first_connection_joins_and_another_changes_nothing() {
    assertEquals(
        Optional.of(new Change(News.JOINED, anna("a1"))), presence.came(anna("a1"), north));
    assertEquals(Optional.empty(), presence.came(anna("a2"), south));
    assertEquals(Optional.empty(), presence.came(anna("a1"), north));
    assertEquals(1, presence.participants());
    assertEquals(2, presence.connections());
  }

  @Test
  void who_comes_back_in_a_moment_was_never_away() {
    presence.came(anna("a1"), north);
    presence.went("a1", NOW);
    assertEquals(1, presence.participants());
    assertEquals(Optional.empty(), presence.came(anna("a2"), south));
    assertEquals(List.of(), presence.left(LATER));
  }

  @Test
  void who_does_not_is_disconnected_and_comes_back_later() {
    presence.came(anna("a1"), north);
    presence.went("a1", NOW);
    assertEquals(List.of(), presence.left(LATER.minusMillis(1)));
    assertEquals(List.of(new Change(News.DISCONNECTED, anna("a1"))), presence.left(LATER));
    assertEquals(0, presence.participants());
    var back = anna("a2");
    assertEquals(Optional.of(new Change(News.RECONNECTED, back)), presence.came(back, north));
  }

  @Test
  void whoever_has_another_connection_is_still_here() {
    presence.came(anna("a1"), north);
    presence.came(anna("a2"), south);
    presence.went("a1", NOW);
    assertEquals(List.of(), presence.left(LATER));
    assertEquals(1, presence.participants());
  }

  @Test
  void all_of_a_node_that_is_gone_are_known() {
    presence.came(anna("a1"), north);
    presence.came(anna("a2"), south);
    assertEquals(List.of("a1"), presence.gone(north));
  }
}
