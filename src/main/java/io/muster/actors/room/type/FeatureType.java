package io.muster.actors.room.type;

import io.muster.actors.room.Action;
import io.muster.actors.room.Priority;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Visitor;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A feature of an application, such as {@code feature:users}, whose events are named {@code
 * feature.entity.action}. Its views are its entities: {@code feature:users:entity:user}. Who has
 * {@code users:read} may know all of it, who has {@code users.user:read} that entity; changes are
 * {@code users:create}, {@code users:update} and {@code users:delete}.
 */
public final class FeatureType implements RoomType {
  public static final String NAME = "feature";
  private static final String ENTITY = "entity:";
  private static final Pattern NAMED = Pattern.compile("[\\w~%-]+\\.[\\w-]+\\.[\\w-]+");
  private static final Set<String> URGENT =
      Set.of(
          "deleted",
          "assigned",
          "revoked",
          "bulk_started",
          "bulk_completed",
          "lock_acquired",
          "lock_released",
          "conflict_resolved");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean authorises(Visitor visitor, RoomView place, Action action, boolean isGranted) {
    return isGranted
        || switch (action) {
          case SUBSCRIBE, REPLAY, PRESENCE -> may(visitor, place, "read");
          case CREATE, UPDATE, DELETE -> may(visitor, place, action.word());
          case PUBLISH, WRITE, SNAPSHOT, ADMIN -> false;
        };
  }

  private static boolean may(Visitor visitor, RoomView place, String verb) {
    var feature = place.room().key();
    return visitor.may(feature, verb)
        || place.view().startsWith(ENTITY)
            && visitor.may(feature + "." + place.view().substring(ENTITY.length()), verb);
  }

  public static RoomView entity(RoomId feature, String entity) {
    return new RoomView(feature, ENTITY + entity);
  }

  @Override
  public Optional<String> objection(RoomId room, String eventType, String payload) {
    return NAMED.matcher(eventType).matches() && eventType.startsWith(room.key() + ".")
        ? Optional.empty()
        : Optional.of("an event of a feature is named feature.entity.action");
  }

  @Override
  public Priority priority(String eventType) {
    var action = eventType.substring(eventType.lastIndexOf('.') + 1);
    if (action.equals("conflict_detected")) {
      return Priority.CRITICAL;
    }
    return URGENT.contains(action) ? Priority.HIGH : Priority.NORMAL;
  }

  /** It may hold entities. */
  @Override
  public boolean isMoreThanItsEvents() {
    return true;
  }

  @Override
  public boolean isIn(String view, RoomEvent event) {
    if (!view.startsWith(ENTITY)) {
      return false;
    }
    var parts = event.type().split("\\.", 3);
    return parts.length > 1 && parts[1].equals(view.substring(ENTITY.length()));
  }
}
