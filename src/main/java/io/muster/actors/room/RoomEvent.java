package io.muster.actors.room;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What has happened in a room.
 *
 * @param type in the words of the application, such as {@code poll:activated}
 * @param payload one JSON value
 * @param opId the operation it comes from, by which its author knows it again
 * @param version of the thing it is about, after it
 * @param by who has published it
 */
public record RoomEvent(
    EventId id,
    Instant at,
    String type,
    String payload,
    Priority priority,
    Audience audience,
    Optional<String> opId,
    OptionalLong version,
    String by) {}
