package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.device.DeviceCommand.Wish;
import java.util.Optional;

/** Variations of a wish. */
final class Wishes {
  private Wishes() {}

  static Wish expiring(Wish w, long seconds) {
    return new Wish(
        w.id(),
        w.type(),
        w.payload(),
        w.collapseKey(),
        seconds,
        w.by(),
        w.key(),
        w.traceparent(),
        w.giveUpAt());
  }

  static Wish collapsing(Wish w, String collapseKey) {
    return new Wish(
        w.id(),
        w.type(),
        w.payload(),
        Optional.of(collapseKey),
        w.expiresInSeconds(),
        w.by(),
        w.key(),
        w.traceparent(),
        w.giveUpAt());
  }

  static Wish keyed(Wish w, String key) {
    return new Wish(
        w.id(),
        w.type(),
        w.payload(),
        w.collapseKey(),
        w.expiresInSeconds(),
        w.by(),
        Optional.of(key),
        w.traceparent(),
        w.giveUpAt());
  }

  static Wish named(Wish w, String id) {
    return new Wish(
        Optional.of(new CommandId(id)),
        w.type(),
        w.payload(),
        w.collapseKey(),
        w.expiresInSeconds(),
        w.by(),
        w.key(),
        w.traceparent(),
        w.giveUpAt());
  }
}
