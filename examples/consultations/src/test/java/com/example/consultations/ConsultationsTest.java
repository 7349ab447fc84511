package com.example.consultations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.OrgId;
import io.muster.actors.room.Action;
import io.muster.actors.room.Audience;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Priority;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Visitor;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ConsultationsTest {
  private static final RoomId ROOM = new RoomId("consultations", "ring-road");
  private static final Consultations TYPE = new Consultations();

  private static RoomEvent event(String type, String payload) {
    return new RoomEvent(
        new EventId("k3x", 1),
        Instant.EPOCH,
        type,
        payload,
        Priority.NORMAL,
        Audience.EVERYBODY,
        Optional.empty(),
        OptionalLong.empty(),
        "anna");
  }

  private static boolean may(Action action, String... permissions) {
    var visitor = new Visitor("anna", new OrgId("town"), false, Set.of(permissions));
    return TYPE.authorises(visitor, RoomView.whole(ROOM), action, false);
  }

  @Test
  void viewers_listen_and_moderators_publish() {
    assertTrue(may(Action.SUBSCRIBE, "consultations:view"));
    assertFalse(may(Action.PUBLISH, "consultations:view"));
    assertTrue(may(Action.PUBLISH, "consultations:moderate"));
    assertFalse(may(Action.SUBSCRIBE));
  }

  @Test
  void only_questions_and_answers_with_a_text_are_taken() {
    assertEquals(Optional.empty(), TYPE.objection(ROOM, "question:asked", "{\"text\":\"Why?\"}"));
    assertTrue(TYPE.objection(ROOM, "question:asked", "{}").isPresent());
    assertTrue(TYPE.objection(ROOM, "poll:created", "{\"text\":\"Why?\"}").isPresent());
  }

  @Test
  void what_is_flagged_is_for_moderators() {
    var audience = TYPE.audience("question:flagged", "{}", Audience.EVERYBODY);
    assertTrue(audience.admits("mo", Optional.of("moderator")));
    assertFalse(audience.admits("anna", Optional.empty()));
  }

  @Test
  void an_address_is_for_moderators() {
    var asked = event("question:asked", "{\"text\":\"Why?\",\"mail\":\"a@x\"}");
    assertEquals("{\"text\":\"Why?\"}", TYPE.payload(asked, "ben", Optional.empty()));
    assertEquals(asked.payload(), TYPE.payload(asked, "mo", Optional.of("moderator")));
  }

  @Test
  void a_topic_is_a_view() {
    var noise = event("question:asked", "{\"topic\":\"noise\"}");
    assertTrue(TYPE.isIn("topic:noise", noise));
    assertFalse(TYPE.isIn("topic:trees", noise));
  }

  @Test
  void questions_and_answers_are_counted() {
    var fold = TYPE.reducer().orElseThrow();
    var state = fold.initial();
    for (String type : List.of("question:asked", "question:asked", "answer:given")) {
      state = fold.reduce(state, event(type, "{}"));
    }
    assertEquals("{\"questions\":2,\"answers\":1}", state);
  }
}
