package io.muster.actors.notify;

import io.muster.actors.OrgId;
import java.time.Instant;
import java.util.Optional;

/**
 * A stored notification.
 *
 * @param metadata one JSON object
 * @param user for this one only
 */
public record Notification(
    String id,
    OrgId org,
    String type,
    String title,
    String message,
    String severity,
    String metadata,
    Optional<String> user,
    boolean read,
    Optional<Instant> dismissedAt,
    Instant createdAt,
    Instant updatedAt) {}
