package io.muster.actors.room;

import java.util.Optional;

/**
 * Somebody who is in a room by one connection.
 *
 * @param role in the room, such as {@code presenter}
 */
public record Member(String connection, String participant, Optional<String> role) {}
