// The official JavaScript client against a listener with the echo application.
// Usage: node official-client.js <port>. Exits with 0 when everything was as it should be.
import assert from "node:assert/strict";
import { io } from "socket.io-client";

const url = `http://127.0.0.1:${process.argv[2]}`;
const patience = 10_000;

function once(emitter, event) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} in time`)), patience);
    emitter.once(event, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
  });
}

function connects(namespace, options) {
  return io(url + namespace, { forceNew: true, reconnectionDelay: 50, ...options });
}

async function talks(transports) {
  const socket = connects("/", { transports, auth: { token: "secret", list: ["a", 1] } });
  const auth = once(socket, "auth");
  await once(socket, "connect");
  assert.deepEqual(await auth, [{ token: "secret", list: ["a", 1] }]);

  const text = 'quotes " and \u0000 \u001e \ud83d\ude00 \ud800 and €';
  assert.equal(await socket.timeout(patience).emitWithAck("message-with-ack", text), text);

  const bytes = Buffer.from(Array.from({ length: 200 }, (_, i) => i));
  const acked = await socket.timeout(patience).emitWithAck("message-with-ack", { deep: [bytes] });
  assert.deepEqual(Buffer.from(acked.deep[0]), bytes);

  const back = once(socket, "message-back");
  socket.emit("message", 1, "2", { 3: [true] }, bytes, null);
  const [one, two, three, four, five] = await back;
  assert.deepEqual([one, two, three, five], [1, "2", { 3: [true] }, null]);
  assert.deepEqual(Buffer.from(four), bytes);

  return socket;
}

async function keepsOrder(socket) {
  const heard = [];
  const all = new Promise((resolve) =>
    socket.on("message-back", (n) => {
      heard.push(n);
      if (heard.length === 200) resolve();
    }),
  );
  for (let n = 0; n < 200; n++) {
    socket.emit("message", n);
  }
  await all;
  assert.deepEqual(heard, Array.from({ length: 200 }, (_, n) => n));
}

async function onWebSocket() {
  const socket = await talks(["websocket"]);
  assert.equal(socket.io.engine.transport.name, "websocket");
  await keepsOrder(socket);
  socket.close();
}

async function onPolling() {
  const socket = await talks(["polling"]);
  assert.equal(socket.io.engine.transport.name, "polling");
  await keepsOrder(socket);
  socket.close();
}

async function throughTheUpgrade() {
  const socket = connects("/", { transports: ["polling", "websocket"] });
  // It may have moved before it has joined.
  const upgraded = once(socket.io, "open").then(() => once(socket.io.engine, "upgrade"));
  await once(socket, "connect");
  // Events on both sides of the switch.
  await keepsOrder(socket);
  await upgraded;
  assert.equal(socket.io.engine.transport.name, "websocket");
  assert.equal(await socket.timeout(patience).emitWithAck("message-with-ack", 7), 7);
  socket.close();
}

async function inNamespaces() {
  const custom = connects("/custom", { transports: ["websocket"] });
  assert.deepEqual(await once(custom, "auth"), [{}]);
  custom.close();
  const unknown = connects("/unknown", { transports: ["websocket"] });
  const [error] = await once(unknown, "connect_error");
  assert.equal(error.message, "Invalid namespace");
  assert.equal(unknown.active, false);
  unknown.close();
}

async function afterALoss() {
  const socket = await talks(["websocket"]);
  const before = socket.id;
  const lost = once(socket, "disconnect");
  const again = once(socket, "connect");
  socket.io.engine.transport.ws.terminate?.() ?? socket.io.engine.transport.ws.close();
  await lost;
  await again;
  assert.notEqual(socket.id, before);
  socket.close();
}

for (const part of [onWebSocket, onPolling, throughTheUpgrade, inNamespaces, afterALoss]) {
  await part();
  console.log(`ok ${part.name}`);
}
process.exit(0);
