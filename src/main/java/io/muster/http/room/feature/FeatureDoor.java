package io.muster.http.room.feature;

import io.muster.actors.room.Action;
import io.muster.actors.room.EventId;
import io.muster.actors.room.RoomCommand.History;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Rooms;
import io.muster.actors.room.type.UserType;
import io.muster.http.Envelope;
import io.muster.http.Guests;
import io.muster.http.Json;
import io.muster.http.auth.Verdict.Participant;
import io.muster.http.edge.Allowance;
import io.muster.http.edge.Ending;
import io.muster.http.edge.SocketApplication;
import io.muster.http.room.Bouncer;
import io.muster.http.room.Bouncer.Outcome;
import io.muster.http.room.Recovery;
import io.muster.http.room.RoomError;
import io.muster.http.room.RoomGuests;
import io.muster.http.room.RoomLaw;
import io.muster.http.room.RoomLaw.Ruling;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Where AegisX clients come in. Each shows a token that holds: there is nobody without a name here.
 *
 * @param isHosted whether the entities of a feature are kept here, and not by its application
 */
public record FeatureDoor(
    Bouncer bouncer,
    Rooms rooms,
    RoomLaw law,
    Recovery recovery,
    RoomGuests here,
    Guests guests,
    Envelope envelope,
    Allowance events,
    Predicate<String> isHosted,
    String version)
    implements SocketApplication {
  private static final String PLACE = "features";

  @Override
  public void joining(Joining client) {
    if (!client.namespace().equals("/")) {
      client.refuse("Invalid namespace", Json.object());
      return;
    }
    var token = client.auth().path("token").asText("");
    bouncer
        .verified(token)
        .thenAccept(
            outcome -> {
              switch (outcome) {
                case Outcome.In(Participant one) -> client.loop().execute(() -> enter(one, client));
                case Outcome.Not(RoomError why) -> refuse(client, why);
                case Outcome.Later _ -> client.turnAway(Ending.ABORTED);
              }
            });
  }

  private void refuse(Joining client, RoomError why) {
    var told = why.told("a client of features was refused", envelope.clock().instant());
    client.refuse(told.path("message").asText(), told);
  }

  // ── who comes again ──

  private void enter(Participant one, Joining client) {
    var guest = one.session().user();
    var pid =
        Optional.of(client.auth().path("pid").asText(""))
            .filter(shown -> recovery.isOurs(shown, guest, PLACE));
    var places =
        pid.flatMap(_ -> Places.parse(client.auth().path("offset").asText("")))
            .filter(shown -> mayAll(one, shown));
    if (places.isEmpty()) {
      open(one, Optional.empty(), Map.of(), client);
      return;
    }
    // Recovered means that nothing is missing, so each room is asked before it is said.
    var positions = places.get().positions();
    var all = new ArrayList<CompletableFuture<History>>();
    positions.forEach(
        (views, at) -> all.add(rooms.read(views.getFirst().room(), at, 1).toCompletableFuture()));
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenAccept(
            _ -> {
              boolean isWhole =
                  all.stream().allMatch(room -> room.join() instanceof History.Events);
              client
                  .loop()
                  .execute(
                      () ->
                          open(
                              one,
                              pid.filter(_ -> isWhole),
                              isWhole ? positions : Map.of(),
                              client));
            });
  }

  private boolean mayAll(Participant one, Places places) {
    return places.positions().keySet().stream()
        .flatMap(Collection::stream)
        .allMatch(
            view ->
                law.judge(one, view, Action.SUBSCRIBE) instanceof Ruling.May may
                    && may.access().mayReplay());
  }

  private void open(
      Participant one, Optional<String> pid, Map<List<RoomView>, EventId> places, Joining client) {
    var shown = pid.orElseGet(() -> recovery.newPid(one.session().user(), PLACE));
    var connection = new FeatureConnection(one, client, this);
    connection.open(shown, places, pid.isPresent());
  }

  /** Where a user is told what is for nobody else; absent for a name that no room could have. */
  static Optional<RoomView> inbox(String user) {
    try {
      return Optional.of(RoomView.whole(new RoomId(UserType.NAME, user)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
