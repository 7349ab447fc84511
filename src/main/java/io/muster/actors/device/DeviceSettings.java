package io.muster.actors.device;

import java.time.Duration;

/**
 * Times and bounds of a device.
 *
 * @param silence nothing heard of the owner of an online device for so long: away
 * @param telling away for so long: existing clients are told {@code offline}
 * @param grace away for so long: offline, and people are told
 * @param ackTimeout a client may take so long to acknowledge a command
 * @param attempts a command is sent at most so often
 * @param backoff before the second attempt; doubled for each further one up to {@code backoffMax}
 * @param pendingMax commands waiting per device; beyond it new ones are refused, never dropped
 * @param idle with nothing to wait for, a device's actor stops after that
 */
public record DeviceSettings(
    Duration silence,
    Duration telling,
    Duration grace,
    Duration ackTimeout,
    int attempts,
    Duration backoff,
    Duration backoffMax,
    int pendingMax,
    Duration idle) {

  public static final DeviceSettings DEFAULT =
      new DeviceSettings(
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          Duration.ofMinutes(2),
          Duration.ofSeconds(10),
          5,
          Duration.ofSeconds(15),
          Duration.ofSeconds(300),
          200,
          Duration.ofSeconds(30));

  Duration backoffAfter(int attempt) {
    // Shifting further than the cap needs would overflow.
    var doubled = backoff.multipliedBy(1L << Math.min(attempt - 1, 16));
    return doubled.compareTo(backoffMax) < 0 ? doubled : backoffMax;
  }
}
