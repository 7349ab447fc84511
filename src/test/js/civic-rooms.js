// Bare WebSockets and the official client of Yjs documents. Usage: node civic-rooms.js URL SERVICE_KEY TOKENS, where tokens
// are a JSON object by name: edith and emil may edit records, vera may view them, sam is in session s1 only. Exits with 0
// when all was as it should be.
import assert from "node:assert/strict";
import WebSocket from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { patience } from "./guest.js";

const [url, serviceKey] = process.argv.slice(2);
const tokens = JSON.parse(process.argv[4]);
const sockets = `${url.replace(/^http/, "ws")}/realtime`;

process.on("uncaughtException", (error) => {
  console.error("uncaught", error);
  process.exit(1);
});

/** One socket and all that it has heard. */
class Ear {
  constructor(path, { bearer, protocols } = {}) {
    this.heard = [];
    this.waiting = [];
    const headers = bearer ? { authorization: `Bearer ${tokens[bearer]}` } : {};
    this.socket = new WebSocket(`${sockets}/${path}`, protocols ?? [], { headers });
    this.socket.on("message", (data, isBinary) => this.note(isBinary ? { binary: data } : JSON.parse(data)));
    this.socket.on("close", (code, reason) => this.note({ closed: code, reason: reason.toString() }));
    this.socket.on("error", (error) => this.note({ error }));
  }

  note(one) {
    this.heard.push(one);
    this.waiting = this.waiting.filter((look) => !look());
  }

  until(what, condition) {
    return until(what, (look) => this.waiting.push(look), () => this.heard.find(condition), () => this.heard);
  }

  control(event) {
    return this.until(event, (one) => one.type === "control" && one.event === event);
  }

  say(json) {
    this.socket.send(JSON.stringify(json));
  }

  close() {
    this.socket.close();
  }
}

function until(what, watch, found, heard) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${what} in time; heard ${JSON.stringify(heard())}`)), patience);
    const look = () => {
      const one = found();
      if (one) {
        clearTimeout(timer);
        resolve(one);
      }
      return one;
    };
    if (!look()) watch(look);
  });
}

/** Somebody with the official client. */
class Editor {
  constructor(name, record) {
    this.doc = new Y.Doc();
    this.provider = new WebsocketProvider(sockets, `records/${record}`, this.doc, {
      WebSocketPolyfill: WebSocket,
      protocols: [`auth.${tokens[name]}`],
      disableBc: true,
    });
  }

  get text() {
    return this.doc.getText("t");
  }

  writes(words) {
    this.text.insert(this.text.length, words);
  }

  /** Awaits something of the document or of who is there. */
  until(what, found) {
    return until(
      what,
      (look) => {
        const again = () => {
          if (look()) {
            this.doc.off("update", again);
            this.provider.off("sync", again);
            this.provider.awareness.off("change", again);
          }
        };
        this.doc.on("update", again);
        this.provider.on("sync", again);
        this.provider.awareness.on("change", again);
      },
      found,
      () => this.text.toString(),
    );
  }

  synced() {
    return this.until("sync", () => this.provider.synced);
  }

  has(words) {
    return this.until(words, () => this.text.toString().includes(words));
  }

  leaves() {
    this.provider.destroy();
  }
}

async function whoShowsATokenIsLetIn() {
  const bearer = new Ear("records/A1", { bearer: "edith" });
  const ack = await bearer.control("connection.ack");
  assert.equal(ack.roomId, "records:A1");
  assert.ok(ack.clientId);
  bearer.say({ type: "ping" });
  const pong = await bearer.until("pong", (one) => one.type === "pong");
  assert.equal(typeof pong.timestamp, "number");
  bearer.close();
  const protocol = new Ear("record/A1", { protocols: [`auth.${tokens.edith}`] });
  assert.equal((await protocol.control("connection.ack")).roomId, "records:A1");
  assert.equal(protocol.socket.protocol, `auth.${tokens.edith}`);
  protocol.close();
}

async function whoMayNotIsToldWhyAndClosed() {
  for (const [path, options, code, name] of [
    [`records/A1?token=${tokens.edith}`, {}, 4001, "AUTH_FAILED"],
    ["records/A1", {}, 4001, "AUTH_FAILED"],
    ["records/A1", { bearer: "sam" }, 4003, "PERMISSION_DENIED"],
    ["attics/A1", { bearer: "edith" }, 4004, "ROOM_TYPE_NOT_REGISTERED"],
    ["records/", { bearer: "edith" }, 4004, "INVALID_ROOM_ID"],
  ]) {
    const ear = new Ear(path, options);
    const closed = await ear.until("close", (one) => one.closed);
    assert.equal(closed.closed, code, path);
    const reason = JSON.parse(closed.reason);
    assert.equal(reason.code, name);
    const told = ear.heard.find((one) => one.event === "error");
    assert.equal(told.error.code, name);
    assert.equal(told.error.correlationId, reason.correlationId);
  }
}

async function whatHappensIsToldInJson() {
  const ear = new Ear("session/s1", { bearer: "sam" });
  await ear.control("connection.ack");
  const answer = await fetch(`${url}/api/v1/rooms/session:s1/events`, {
    method: "POST",
    headers: { "x-internal-api-key": serviceKey, "content-type": "application/json" },
    body: JSON.stringify({ eventType: "poll:activated", payload: { n: 1 } }),
  });
  const { eventId } = await answer.json();
  const event = await ear.until("event", (one) => one.type === "event");
  assert.equal(event.roomId, "session:s1");
  assert.equal(event.eventId, eventId);
  assert.deepEqual(event.payload, { n: 1 });
  ear.close();
  const later = new Ear(`session/s1?fromEventId=nonsense`, { bearer: "sam" });
  assert.equal((await later.control("replay.reset")).reason, "unknown");
  await later.until("event", (one) => one.type === "event");
  later.close();
}

async function whoSaysTooMuchIsWarnedThenRefused() {
  const ear = new Ear("records/A2", { bearer: "edith" });
  await ear.control("connection.ack");
  for (let n = 0; n < 30; n += 1) ear.say({ type: "nothing", n });
  await ear.control("notice");
  const over = (one) => one.event === "error" && one.error.code === "RATE_LIMIT_EXCEEDED";
  assert.ok((await ear.until("refusal", over)).error.retryAfterMs > 0);
  ear.say({ type: "ping" });
  await ear.until("pong", (one) => one.type === "pong");
  ear.close();
}

async function editorsConverge() {
  const edith = new Editor("edith", "R1");
  const emil = new Editor("emil", "R1");
  await Promise.all([edith.synced(), emil.synced()]);
  for (let n = 0; n < 50; n += 1) {
    edith.writes(`e${n} `);
    emil.writes(`m${n} `);
  }
  edith.writes("edith ends");
  emil.writes("emil ends");
  for (const one of [edith, emil]) {
    await one.has("edith ends");
    await one.has("emil ends");
  }
  assert.equal(edith.text.toString(), emil.text.toString());
  const cold = new Editor("vera", "R1");
  await cold.until("the same", () => cold.text.toString() === edith.text.toString());
  for (const one of [edith, emil, cold]) one.leaves();
}

async function whatWasWrittenOfflineIsMerged() {
  const edith = new Editor("edith", "R2");
  const emil = new Editor("emil", "R2");
  await Promise.all([edith.synced(), emil.synced()]);
  edith.writes("before. ");
  await emil.has("before. ");
  edith.provider.disconnect();
  emil.provider.disconnect();
  edith.writes("edith alone. ");
  emil.writes("emil alone. ");
  edith.provider.connect();
  emil.provider.connect();
  await edith.has("emil alone. ");
  await emil.has("edith alone. ");
  assert.equal(edith.text.toString(), emil.text.toString());
  for (const one of [edith, emil]) one.leaves();
}

async function whoMayOnlyViewChangesNothing() {
  const edith = new Editor("edith", "R3");
  const vera = new Editor("vera", "R3");
  await Promise.all([edith.synced(), vera.synced()]);
  edith.writes("by edith. ");
  await vera.has("by edith. ");
  vera.writes("by vera. ");
  edith.writes("again by edith. ");
  await vera.has("again by edith. ");
  const cold = new Editor("emil", "R3");
  await cold.has("again by edith. ");
  assert.equal(cold.text.toString(), "by edith. again by edith. ");
  assert.equal(edith.text.toString(), "by edith. again by edith. ");
  for (const one of [edith, vera, cold]) one.leaves();
}

async function whoLeavesIsGoneAtOnce() {
  const edith = new Editor("edith", "R4");
  const emil = new Editor("emil", "R4");
  await Promise.all([edith.synced(), emil.synced()]);
  edith.provider.awareness.setLocalStateField("name", "Edith");
  emil.provider.awareness.setLocalStateField("name", "Emil");
  const names = (one) => [...one.provider.awareness.getStates().values()].map((state) => state.name);
  await emil.until("Edith", () => names(emil).includes("Edith"));
  await edith.until("Emil", () => names(edith).includes("Emil"));
  const late = new Editor("vera", "R4");
  await late.until("both", () => names(late).includes("Edith") && names(late).includes("Emil"));
  edith.provider.ws.terminate();
  edith.provider.shouldConnect = false;
  for (const one of [emil, late]) await one.until("Edith's leave", () => !names(one).includes("Edith"));
  for (const one of [edith, emil, late]) one.leaves();
}

async function whatIsNoFrameClosesTheConnection() {
  const ear = new Ear("records/A3?frames=yjs", { bearer: "edith" });
  await ear.until("step 1", (one) => one.binary);
  ear.socket.send(Buffer.from([99, 1, 2]));
  assert.equal((await ear.until("close", (one) => one.closed)).closed, 1007);
  assert.ok(ear.heard.every((one) => one.binary || one.closed), "a text would break such a client");
}

for (const part of [
  whoShowsATokenIsLetIn,
  whoMayNotIsToldWhyAndClosed,
  whatHappensIsToldInJson,
  whoSaysTooMuchIsWarnedThenRefused,
  editorsConverge,
  whatWasWrittenOfflineIsMerged,
  whoMayOnlyViewChangesNothing,
  whoLeavesIsGoneAtOnce,
  whatIsNoFrameClosesTheConnection,
]) {
  await part();
  console.log(`ok ${part.name}`);
}
process.exit(0);
