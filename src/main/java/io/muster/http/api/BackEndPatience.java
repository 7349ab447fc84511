package io.muster.http.api;

import java.time.Duration;

/**
 * How soon the back end is answered, whatever a device does; delivery goes on after that. Each is
 * below the time after which the caller gives up, because five callers who have given up close the
 * way to this gateway for all organisations.
 *
 * @param playlist given up after 5 s
 * @param command given up after 15 s
 * @param broadcast to up to 1,000 devices, given up after 15 s
 */
public record BackEndPatience(Duration playlist, Duration command, Duration broadcast) {}
