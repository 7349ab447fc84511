package io.muster.actors;

import java.util.Locale;

/**
 * Where a command is: observed, never assumed. All but the first two are terminal; {@code sent} is
 * when it is unconfirmed.
 */
public enum DeliveryState {
  QUEUED,
  SENT,
  ACKNOWLEDGED,
  FAILED,
  UNSUPPORTED,
  EXPIRED,
  SUPERSEDED,
  CANCELLED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
