package io.muster.actors.device;

import io.muster.actors.CommandId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A command as it was accepted. Nothing of it changes on redelivery: devices dedupe by id and
 * timestamp.
 *
 * @param payload JSON text, handed on as it came
 * @param at when it was accepted; the {@code timestamp} on the wire
 * @param collapseKey a newer order with the same key supersedes this one while it is still queued
 */
public record Order(
    CommandId id,
    String type,
    Optional<String> payload,
    Optional<String> collapseKey,
    String by,
    Instant at,
    Instant expiresAt) {

  // The device goes away in the middle of doing it, so the ack may die with the page; doing it
  // twice would loop.
  private static final Set<String> ONCE =
      Set.of("reload", "restart", "reboot", "update", "clear_cache");

  /** Once sent it is never sent again; the device coming back is the evidence that it was done. */
  public boolean isOnce() {
    return ONCE.contains(type);
  }
}
