package io.muster.persistence;

import java.time.Duration;

/**
 * How reports of devices are written.
 *
 * @param waitingMax reports that may wait on this node, 1,000 to 10,000,000
 * @param waitingBytesMax memory they may take, roughly, at least 1 MiB
 * @param batchMax rows of one transaction, 1 to 10,000
 * @param linger how long the first of a batch waits for others, up to 10 s
 * @param backoffMax between two attempts while the database is away
 * @param keepDays how long impressions are kept, 1 to 3,650; what they add up to stays
 */
public record ReportSettings(
    int waitingMax,
    long waitingBytesMax,
    int batchMax,
    Duration linger,
    Duration backoffMax,
    int keepDays) {}
