package io.muster.http.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.muster.actors.room.Action;
import io.muster.actors.room.RoomView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a token says of rooms: the claim {@code rooms}, a list of {@code {pattern, actions, as?}}. A
 * pattern is a room, or the beginning of its name with a star. What is not granted is refused.
 *
 * @param permissions the claim of that name, from which kinds of rooms may conclude more
 */
public record RoomGrants(List<Grant> all, Set<String> permissions) {
  public static final RoomGrants NONE = new RoomGrants(List.of(), Set.of());

  private static final int PERMISSIONS_MAX = 500;

  private static final int GRANTS_MAX = 100;
  private static final int TEXT_MAX = 256;

  /**
   * @param as the role in the room, such as {@code presenter}
   */
  public record Grant(String pattern, Set<Action> actions, Optional<String> as) {
    /** Whether its holder may learn of what happened before; who has a role in the room may. */
    public boolean mayReplay() {
      return actions.contains(Action.REPLAY) || as.isPresent();
    }

    private boolean isOf(Action action) {
      return actions.stream().anyMatch(one -> one.includes(action));
    }

    /** A grant for a room is one for all its views. */
    boolean covers(RoomView place) {
      return covers(place.toString()) || covers(place.room().toString());
    }

    private boolean covers(String name) {
      return pattern.endsWith("*")
          ? name.startsWith(pattern.substring(0, pattern.length() - 1))
          : name.equals(pattern);
    }
  }

  public RoomGrants {
    all = List.copyOf(all);
    permissions = Set.copyOf(permissions);
  }

  /** The first grant of the action there. */
  public Optional<Grant> find(RoomView place, Action action) {
    return all.stream().filter(grant -> grant.covers(place) && grant.isOf(action)).findFirst();
  }

  /** Actions that nobody knows here grant nothing; another version may. */
  static RoomGrants read(JsonNode rooms, JsonNode permissions) throws Claims.Unfit {
    var grants = new ArrayList<Grant>();
    for (JsonNode one : list(rooms, "rooms", GRANTS_MAX)) {
      grants.add(grant(one));
    }
    var words = new HashSet<String>();
    for (JsonNode one : list(permissions, "permissions", PERMISSIONS_MAX)) {
      words.add(one.asText());
    }
    return new RoomGrants(grants, words);
  }

  private static JsonNode list(JsonNode claim, String name, int max) throws Claims.Unfit {
    if (claim.isMissingNode() || claim.isNull()) {
      return MissingNode.getInstance();
    }
    if (!claim.isArray() || claim.size() > max) {
      throw new Claims.Unfit(name);
    }
    return claim;
  }

  private static Grant grant(JsonNode one) throws Claims.Unfit {
    var pattern = one.path("pattern").asText("");
    var as = one.path("as").asText("");
    if (pattern.isEmpty() || pattern.length() > TEXT_MAX || as.length() > TEXT_MAX) {
      throw new Claims.Unfit("rooms");
    }
    var actions = EnumSet.noneOf(Action.class);
    for (JsonNode word : one.path("actions")) {
      Action.of(word.asText()).ifPresent(actions::add);
    }
    return new Grant(pattern, actions, Optional.of(as).filter(role -> !role.isEmpty()));
  }
}
