package io.muster.http.auth;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.room.RoomId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a token says of rooms: the claim {@code rooms}, a list of {@code {pattern, actions, as?}}. A
 * pattern is a room, or the beginning of its name with a star. What is not granted is refused.
 */
public record RoomGrants(List<Grant> all) {
  public static final RoomGrants NONE = new RoomGrants(List.of());

  private static final int GRANTS_MAX = 100;
  private static final int TEXT_MAX = 256;

  public enum Action {
    SUBSCRIBE,
    PUBLISH,
    WRITE,
    PRESENCE,
    REPLAY,
    SNAPSHOT,
    ADMIN;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param as the role in the room, such as {@code presenter}
   */
  public record Grant(String pattern, Set<Action> actions, Optional<String> as) {
    boolean covers(RoomId room) {
      var name = room.toString();
      return pattern.endsWith("*")
          ? name.startsWith(pattern.substring(0, pattern.length() - 1))
          : name.equals(pattern);
    }
  }

  public RoomGrants {
    all = List.copyOf(all);
  }

  /** The first grant of the action in the room. */
  public Optional<Grant> find(RoomId room, Action action) {
    return all.stream()
        .filter(grant -> grant.actions().contains(action) && grant.covers(room))
        .findFirst();
  }

  /** Actions that nobody knows here grant nothing; another version may. */
  static RoomGrants read(JsonNode claim) throws Claims.Unfit {
    if (claim.isMissingNode() || claim.isNull()) {
      return NONE;
    }
    if (!claim.isArray() || claim.size() > GRANTS_MAX) {
      throw new Claims.Unfit("rooms");
    }
    var grants = new ArrayList<Grant>();
    for (JsonNode one : claim) {
      grants.add(grant(one));
    }
    return new RoomGrants(grants);
  }

  private static Grant grant(JsonNode one) throws Claims.Unfit {
    var pattern = one.path("pattern").asText("");
    var as = one.path("as").asText("");
    if (pattern.isEmpty() || pattern.length() > TEXT_MAX || as.length() > TEXT_MAX) {
      throw new Claims.Unfit("rooms");
    }
    var actions = EnumSet.noneOf(Action.class);
    for (JsonNode word : one.path("actions")) {
      for (Action action : Action.values()) {
        if (action.word().equals(word.asText())) {
          actions.add(action);
        }
      }
    }
    return new Grant(pattern, actions, Optional.of(as).filter(role -> !role.isEmpty()));
  }
}
