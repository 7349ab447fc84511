package io.muster.actors.cluster;

import io.muster.actors.NodeId;
import java.time.Instant;

/**
 * What a node says of itself to the others.
 *
 * @param shortName its part of session ids, so that a request can be led to the node of its session
 * @param name for people
 * @param httpPort of its door
 * @param devices sockets of devices on it
 * @param dashboards sockets of those who watch
 * @param isLeaving it lets nobody in any more and will be gone soon
 */
public record NodeCard(
    NodeId id,
    String shortName,
    String name,
    String version,
    String httpHost,
    int httpPort,
    Instant startedAt,
    int devices,
    int dashboards,
    boolean isLeaving)
    implements ToNode {}
