/**
 * Rooms as their clients know them: a dialect is what a client is told of an event, and who may say
 * what. What happened, and in which order, is the room's business.
 */
package io.muster.http.room;
