/**
 * The listener: one port, on Netty. It owns upgrades, WebSocket frames and Engine.IO polling, and
 * turns every other request into a Pekko HTTP request that the routes answer in process. Nothing
 * above this package knows how a client is connected: a {@link io.muster.http.edge.Socket} is the
 * same over Socket.IO polling, Socket.IO WebSocket and plain WebSocket JSON.
 */
package io.muster.http.edge;
