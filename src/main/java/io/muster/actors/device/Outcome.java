package io.muster.actors.device;

import io.muster.actors.DeliveryState;

/** How a command ended. */
public enum Outcome {
  ACKNOWLEDGED(DeliveryState.ACKNOWLEDGED),
  FAILED(DeliveryState.FAILED),
  UNSUPPORTED(DeliveryState.UNSUPPORTED),
  EXPIRED(DeliveryState.EXPIRED),
  SUPERSEDED(DeliveryState.SUPERSEDED),
  CANCELLED(DeliveryState.CANCELLED),
  /** Sent to a device that cannot acknowledge: it stays {@code sent} and frees the queue. */
  UNCONFIRMED(DeliveryState.SENT);

  private final DeliveryState state;

  Outcome(DeliveryState state) {
    this.state = state;
  }

  public DeliveryState state() {
    return state;
  }
}
