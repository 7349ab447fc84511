/**
 * The Engine.IO 4 and Socket.IO 5 protocols: bytes to packets and back. Pure: it knows no socket,
 * no thread and nothing else of this product.
 */
package io.muster.http.socketio;
