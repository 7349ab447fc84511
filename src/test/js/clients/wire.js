// What the shipped programs have in common on the wire: the official client, a websocket first, and
// back-off in the program's own milliseconds. `pace` shrinks every time of a program for a test.
import { io } from "socket.io-client";

export const WIPING = ["unauthorized", "invalid token", "device_token_stale", "device_not_found"];

export function open(url, auth, { pace = 1, delayMax = 5_000, attempts = Infinity, headers } = {}) {
  return io(url, {
    auth,
    transports: ["websocket", "polling"],
    forceNew: true,
    reconnectionAttempts: attempts,
    reconnectionDelay: 1_000 * pace,
    reconnectionDelayMax: delayMax * pace,
    extraHeaders: headers,
  });
}

/** The network breaks: nobody says goodbye. */
export function breaks(socket) {
  socket?.io.engine?.transport?.ws?.terminate?.();
}

/** The page or process is gone: no goodbye, and nobody there to come back. */
export function vanishes(socket) {
  socket.removeAllListeners();
  socket.offAny();
  socket.io.reconnection(false);
  breaks(socket);
  socket.io.engine?.close();
}

/** Whether a message makes the Electron and the browser display give up their token. */
export function wipes(message) {
  const text = String(message ?? "").toLowerCase();
  return WIPING.some((word) => text.includes(word));
}
