package io.muster.actors.room;

import io.muster.actors.OrgId;
import java.util.Set;

/**
 * Who wants something of a room, as a verified token says.
 *
 * @param isUser of the organisation; otherwise somebody who only takes part in rooms
 * @param permissions in the application's words, such as {@code users:read}
 */
public record Visitor(String id, OrgId org, boolean isUser, Set<String> permissions) {
  public Visitor {
    permissions = Set.copyOf(permissions);
  }

  /** Whether one of {@code subject:verb}, {@code subject:*} and {@code *:*} is permitted. */
  public boolean may(String subject, String verb) {
    return permissions.contains(subject + ":" + verb)
        || permissions.contains(subject + ":*")
        || permissions.contains("*:*");
  }
}
