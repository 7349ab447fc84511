package io.muster.actors.room;

import java.time.Duration;

/**
 * @param grace an empty room sleeps after so long
 * @param replayMax at most so many events are told to who comes back; beyond it begins anew
 * @param waitingMax at most so many wishes wait for a write; more are refused
 */
public record RoomSettings(Duration grace, int replayMax, int waitingMax) {}
