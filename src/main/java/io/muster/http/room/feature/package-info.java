/**
 * Features of applications as AegisX clients know them, on Socket.IO under {@code /api/ws/}: a
 * client takes part in many rooms at once, and in parts of rooms.
 */
package io.muster.http.room.feature;
