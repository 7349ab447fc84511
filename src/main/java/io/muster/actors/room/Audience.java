package io.muster.actors.room;

import java.util.List;
import java.util.Optional;

/**
 * For whom an event is. Nobody else learns that it has happened, now or later.
 *
 * @param roles one of which a guest must have; empty for any
 * @param participants one of whom a guest must be; empty for anybody
 * @param exclude who must not learn of it
 */
public record Audience(List<String> roles, List<String> participants, List<String> exclude) {
  public static final Audience EVERYBODY = new Audience(List.of(), List.of(), List.of());

  public Audience {
    roles = List.copyOf(roles);
    participants = List.copyOf(participants);
    exclude = List.copyOf(exclude);
  }

  public boolean isEverybody() {
    return equals(EVERYBODY);
  }

  /**
   * @param role the guest's, if it has one
   */
  public boolean admits(String guest, Optional<String> role) {
    return (roles.isEmpty() || role.filter(roles::contains).isPresent())
        && (participants.isEmpty() || participants.contains(guest))
        && !exclude.contains(guest);
  }
}
