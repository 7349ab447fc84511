package io.muster.actors;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A command and everything that was observed of it, in order. */
public record CommandView(
    CommandId id,
    DeviceId device,
    String type,
    Optional<String> payload,
    DeliveryState state,
    boolean settled,
    Instant expiresAt,
    String requestedBy,
    List<Step> timeline)
    implements Wire {

  public CommandView {
    timeline = List.copyOf(timeline);
  }

  /** One observed state; epoch and attempt only where it was sent or settled by a connection. */
  public record Step(
      DeliveryState state,
      Instant at,
      OptionalLong epoch,
      OptionalLong attempt,
      Optional<String> reason,
      Optional<String> evidence) {}
}
