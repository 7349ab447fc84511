package io.muster.actors.notify;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.time.Instant;
import java.util.Optional;

/**
 * One time that a device was offline.
 *
 * @param disconnectedAt it was last connected
 * @param since its grace had ended: with the device this names the outage
 * @param endedAt it was back, or nobody waited for it any more; absent while it is down
 * @param told people got a notification
 */
public record Outage(
    DeviceId device,
    OrgId org,
    String deviceName,
    Instant disconnectedAt,
    Instant since,
    Optional<Instant> endedAt,
    boolean told,
    int reminders) {}
