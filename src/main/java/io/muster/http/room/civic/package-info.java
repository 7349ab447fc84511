/**
 * Rooms on a bare WebSocket, as CivicPress clients know them: {@code /realtime/{type}/{id}}, in
 * JSON, or in the binary frames of y-websocket for documents.
 */
package io.muster.http.room.civic;
