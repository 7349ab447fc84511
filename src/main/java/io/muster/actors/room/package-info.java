/**
 * Rooms: what happens in one is numbered, kept, and told in one order to everybody who is there,
 * now or later. The room owns its numbers and its journal; each node has a relay for a room in
 * which it has guests; a session is one guest's way through the history to what happens now.
 */
package io.muster.actors.room;
