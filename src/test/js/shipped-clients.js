// The shipped clients, as their sources connect, against a real gateway.
// Usage: node shipped-clients.js <port> <device id> <device token> <operator's token>.
// Exits with 0 when everything was as it should be.
import assert from "node:assert/strict";
import { io } from "socket.io-client";

const [port, id, token, operator] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}`;
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

function connects(auth, options) {
  return io(url, {
    auth,
    transports: ["websocket", "polling"],
    forceNew: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 200,
    ...options,
  });
}

async function beats(socket) {
  const ack = await socket.timeout(patience).emitWithAck("heartbeat", {
    timestamp: Date.now(),
    metrics: { cpuUsage: 3, memoryUsage: 40, storageUsed: 0 },
    currentContent: "content-1",
    status: "online",
  });
  assert.equal(typeof ack.timestamp, "string");
  delete ack.timestamp;
  assert.deepEqual(ack, {
    success: true,
    data: { reconcileContent: false, nextHeartbeatIn: 15000, commands: [] },
  });
}

async function order(type) {
  const answer = await fetch(`${url}/api/v1/devices/${id}/commands`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${operator}`,
      "Content-Type": "application/json",
      Prefer: "wait=10",
    },
    body: JSON.stringify({ type }),
  });
  return answer.json();
}

async function screensOfBothKinds() {
  for (const capabilities of [{ deliveryAck: true }, ["deliveryAck"]]) {
    const socket = connects({ token, capabilities });
    const heard = [];
    socket.onAny((event) => heard.push(event));
    await once(socket, "config");
    assert.deepEqual(heard, ["config"]);
    await beats(socket);
    for (const [reply, state] of [
      [{ ok: true }, "acknowledged"],
      [{ ok: false, error: "no" }, "failed"],
      [{ ok: true, status: "unsupported" }, "unsupported"],
    ]) {
      socket.once("command", (command, acknowledge) => {
        assert.equal(command.type, "pause");
        acknowledge(reply);
      });
      assert.equal((await order("pause")).state, state);
    }
    socket.disconnect();
  }
}

async function theNewerWins() {
  const older = connects({ token });
  await once(older, "config");
  const newer = connects({ token });
  const gone = once(older, "disconnect");
  await once(newer, "config");
  assert.equal((await gone)[0], "io server disconnect");
  assert.equal(older.active, false);
  await beats(newer);
  newer.disconnect();
}

async function aBrokenTransportComesBack() {
  const socket = connects({ token });
  await once(socket, "config");
  const gone = once(socket, "disconnect");
  socket.io.engine.transport.ws.terminate();
  await gone;
  assert.equal(socket.active, true);
  await once(socket, "config");
  await beats(socket);
  socket.disconnect();
}

async function aBadTokenIsRefusedByCode() {
  const socket = connects({ token: "nonsense" });
  const [refused] = await once(socket, "connect_error");
  assert.equal(refused.message, "auth_invalid");
  assert.equal(refused.data.code, "AUTH_INVALID");
  assert.equal(socket.active, false);
}

async function aBadCookieIsTriedAgain() {
  const socket = connects(
    { organizationId: "acme" },
    { extraHeaders: { Cookie: "vizora_auth_token=nonsense" } },
  );
  let refused = 0;
  socket.on("connect_error", (error) => (refused += error.data ? 1 : 0));
  for (let n = 0; n < 3; n++) {
    await once(socket.io, "open");
  }
  assert.equal(refused, 0);
  assert.equal(socket.active, true);
  socket.disconnect();
}

await screensOfBothKinds();
await theNewerWins();
await aBrokenTransportComesBack();
await aBadTokenIsRefusedByCode();
await aBadCookieIsTriedAgain();
process.exit(0);
