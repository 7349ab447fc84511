// The official client in session rooms. Usage: node session-rooms.js URL SERVICE_KEY TOKENS, where tokens are a JSON
// object by name: presenter, anna and ben of session s1, tina of session t1. Exits with 0 when all was as it should be.
import assert from "node:assert/strict";
import { Guest, patience } from "./guest.js";

const [url, serviceKey] = process.argv.slice(2);
const tokens = JSON.parse(process.argv[4]);

class Participant extends Guest {
  constructor(token, query, options = {}) {
    super(url, { query, auth: { token: tokens[token] }, ...options });
  }

  events() {
    return this.heard.filter((one) => one.name === "event").map((one) => one.args[0]);
  }

  numbers() {
    return this.events().map((event) => event.payload.n);
  }

  hears(n) {
    return this.until(`number ${n}`, () => this.numbers().includes(n));
  }
}

async function publish(session, eventType, payload, more = {}) {
  const answer = await fetch(`${url}/api/v1/rooms/session:${session}/events`, {
    method: "POST",
    headers: { "x-internal-api-key": serviceKey, "content-type": "application/json" },
    body: JSON.stringify({ eventType, payload, ...more }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()).eventId;
}

async function isWelcomed() {
  const guest = new Participant("presenter", { sessionId: "s1" });
  const [welcome] = (await guest.next("connection:established")).args;
  assert.equal(welcome.sessionId, "s1");
  assert.equal(welcome.eventType, "connection:established");
  assert.equal(welcome.payload.socketId, guest.socket.id);
  assert.equal(welcome.payload.participantId, "presenter");
  assert.ok(welcome.payload.serverVersion);
  assert.ok(welcome.payload.lastEventId);
  guest.close();
}

async function withoutASessionIsRefused() {
  const guest = new Participant("anna", {});
  const [error] = (await guest.next("connection:error")).args;
  assert.equal(error.code, "VALIDATION_ERROR");
  assert.ok(error.correlationId);
  await guest.next("disconnect");
  assert.equal(guest.socket.active, false);
}

async function ofAnotherSessionIsRefusedAndHearsNothing() {
  const guest = new Participant("tina", { sessionId: "s1" });
  const [error] = (await guest.next("connection:error")).args;
  assert.equal(error.code, "PERMISSION_DENIED");
  await publish("s1", "poll:closed", { n: -1 });
  await guest.next("disconnect");
  assert.deepEqual(guest.events(), []);
}

async function allOfASessionHearWhatHappensAndNobodyElse() {
  const here = [new Participant("anna", { sessionId: "s1" }), new Participant("ben", { sessionId: "s1" })];
  const elsewhere = new Participant("tina", { sessionId: "t1" });
  for (const guest of [...here, elsewhere]) await guest.next("connection:established");
  const eventId = await publish("s1", "poll:activated", { n: 7, question: "Wie geht's? 🙂" });
  for (const guest of here) {
    await guest.hears(7);
    const [event] = guest.events();
    assert.deepEqual(Object.keys(event), [
      "eventId",
      "eventType",
      "timestamp",
      "sessionId",
      "payload",
      "meta",
    ]);
    assert.equal(event.eventId, eventId);
    assert.equal(event.eventType, "poll:activated");
    assert.equal(event.sessionId, "s1");
    assert.deepEqual(event.payload, { n: 7, question: "Wie geht's? 🙂" });
    assert.equal(guest.events().length, 1);
    guest.close();
  }
  await publish("t1", "poll:closed", { n: 8 });
  await elsewhere.hears(8);
  assert.deepEqual(elsewhere.numbers(), [8]);
  elsewhere.close();
}

async function whoSaysWhereItWasIsToldTheRest() {
  const ids = [];
  for (let n = 101; n <= 150; n++) ids.push(await publish("s1", "tick", { n }));
  const guest = new Participant("anna", { sessionId: "s1", fromEventId: ids[19] });
  const [start] = (await guest.next("event:replay:start")).args;
  assert.equal(start.fromEventId, ids[19]);
  const [complete] = (await guest.next("event:replay:complete")).args;
  assert.equal(complete.replayedCount, 30);
  assert.equal(complete.mode, "incremental");
  await publish("s1", "tick", { n: 151 });
  await guest.hears(151);
  assert.deepEqual(
    guest.numbers(),
    Array.from({ length: 31 }, (_, i) => 121 + i),
  );
  let before = ids[19];
  for (const event of guest.events()) {
    assert.equal(event.meta.prevEventId, before);
    assert.equal(event.meta.replay ?? false, event.payload.n < 151);
    before = event.eventId;
  }
  guest.close();
}

async function whoNamesWhatIsNoIdBeginsAnew() {
  const guest = new Participant("anna", { sessionId: "t2", fromEventId: "nonsense" }, { auth: { token: tokens.tess } });
  await publish("t2", "tick", { n: 1 });
  const [reset] = (await guest.next("event:replay:reset")).args;
  assert.equal(reset.reason, "invalid");
  await guest.hears(1);
  assert.equal(guest.socket.connected, true);
  guest.close();
}

async function aLostConnectionIsRecovered() {
  // As shipped clients do: what the query says does not change.
  const guest = new Participant("ben", { sessionId: "s1", fromEventId: await publish("s1", "tick", { n: 200 }) });
  await guest.next("event:replay:complete");
  await publish("s1", "tick", { n: 201 });
  await guest.hears(201);
  guest.socket.io.engine.transport.ws.terminate();
  await guest.next("disconnect");
  for (let n = 202; n <= 211; n++) await publish("s1", "tick", { n });
  await guest.hears(211);
  assert.equal(guest.socket.recovered, true);
  assert.deepEqual(
    guest.numbers(),
    Array.from({ length: 11 }, (_, i) => 201 + i),
  );
  guest.close();
}

async function nobodyIsRecoveredWithSomebodyElsesPid() {
  const ben = new Participant("ben", { sessionId: "s1" });
  await ben.next("connection:established");
  const offset = await publish("s1", "tick", { n: 300 });
  await ben.hears(300);
  const pid = ben.socket._pid;
  assert.ok(pid);
  const anna = new Participant("anna", { sessionId: "s1" }, { auth: { token: tokens.anna, pid, offset } });
  await anna.next("connection:established");
  assert.notEqual(anna.socket._pid, pid);
  const nobody = new Participant("nobody", { sessionId: "s1" }, { auth: { pid, offset } });
  await nobody.next("connect_error");
  for (const guest of [ben, anna, nobody]) guest.close();
}

async function whatIsForOneIsToldToOneNowAndLater() {
  const all = { presenter: 0, anna: 1, ben: 0 };
  const from = await publish("s1", "tick", { n: 400 });
  const guests = Object.keys(all).map((name) => new Participant(name, { sessionId: "s1" }));
  for (const guest of guests) await guest.next("connection:established");
  await publish("s1", "vote:rejected", { n: 401 }, { audience: { participants: ["anna"] } });
  await publish("s1", "poll:draft_updated", { n: 402 }, { audience: { roles: ["presenter"] } });
  await publish("s1", "tick", { n: 403 });
  const expected = { presenter: [402, 403], anna: [401, 403], ben: [403] };
  for (const [i, name] of Object.keys(all).entries()) {
    await guests[i].hears(403);
    assert.deepEqual(guests[i].numbers(), expected[name]);
    guests[i].close();
    const later = new Participant(name, { sessionId: "s1", fromEventId: from });
    await later.hears(403);
    assert.deepEqual(later.numbers(), expected[name]);
    later.close();
  }
}

async function whoHasFoundAHoleIsToldAgain() {
  const guest = new Participant("anna", { sessionId: "s1" });
  await guest.next("connection:established");
  const after = await publish("s1", "tick", { n: 500 });
  await publish("s1", "tick", { n: 501 });
  await guest.hears(501);
  const answer = await guest.socket
    .timeout(patience)
    .emitWithAck("room:replay", { room: "session:s1", fromEventId: after });
  assert.deepEqual(answer, { ok: true });
  await guest.until("501 again", () => guest.numbers().filter((n) => n === 501).length === 2);
  guest.close();
}

async function whoMayNotReplayIsToldOnlyWhatHappensNow() {
  const before = await publish("s1", "tick", { n: 600 });
  await publish("s1", "tick", { n: 601 });
  const guest = new Participant("nora", { sessionId: "s1", fromEventId: before });
  await guest.next("connection:established");
  const answer = await guest.socket
    .timeout(patience)
    .emitWithAck("room:replay", { room: "session:s1", fromEventId: before });
  assert.equal(answer.error.code, "PERMISSION_DENIED");
  await publish("s1", "tick", { n: 602 });
  await guest.hears(602);
  guest.socket.io.engine.close();
  await guest.until("disconnect", (heard) => heard.find((one) => one.name === "disconnect"));
  await guest.until("two welcomes", () => guest.all("connection:established").length === 2);
  assert.equal(guest.socket.recovered, false);
  await publish("s1", "tick", { n: 603 });
  await guest.hears(603);
  assert.deepEqual(guest.numbers(), [602, 603]);
  guest.close();
}

async function noVoteTellsWhoseItWas() {
  const presenter = new Participant("presenter", { sessionId: "s1" });
  const anna = new Participant("anna", { sessionId: "s1" });
  const ben = new Participant("ben", { sessionId: "s1" });
  const all = [presenter, anna, ben];
  for (const guest of all) await guest.next("connection:established");
  const before = await publish("s1", "tick", { n: 610 });
  await publish("s1", "vote:accepted", { n: 611, participantId: "anna", optionId: "o1" });
  await publish("s1", "vote:rejected", { n: 612, participantId: "ben", reason: "poll_closed" });
  await publish("s1", "poll:created", { n: 613, question: "?" });
  await publish("s1", "tick", { n: 614 });
  for (const guest of all) await guest.hears(614);
  const late = new Participant("ben", { sessionId: "s1", fromEventId: before });
  await late.hears(614);
  const voter = (guest) => guest.events().find((event) => event.payload.n === 611).payload;
  assert.deepEqual(voter(anna), { n: 611, participantId: "anna", optionId: "o1" });
  for (const guest of [presenter, ben, late]) {
    assert.deepEqual(voter(guest), { n: 611, optionId: "o1" });
  }
  assert.deepEqual(presenter.numbers(), [610, 611, 613, 614]);
  assert.deepEqual(anna.numbers(), [610, 611, 614]);
  assert.deepEqual(ben.numbers(), [610, 611, 612, 614]);
  assert.deepEqual(late.numbers(), [611, 612, 614]);
  for (const guest of [...all, late]) guest.close();
}

async function thePresenterIsToldWhoComesAndGoes() {
  const presenter = new Participant("presenter", { sessionId: "p1" });
  await presenter.next("connection:established");
  const about = (type) => presenter.events().find((event) => event.eventType === type && event.payload.participantId === "anna");
  const anna = new Participant("anna", { sessionId: "p1" });
  await presenter.until("anna", () => about("participant:joined"));
  assert.equal(about("participant:joined").payload.participantCount, 2);
  assert.equal(about("participant:joined").eventId, null);
  const answer = await presenter.socket.timeout(patience).emitWithAck("presence:get", {});
  assert.equal(answer.participantCount, 2);
  assert.deepEqual(answer.participants.map((one) => one.participantId).sort(), ["anna", "presenter"]);
  anna.close();
  await presenter.until("anna's end", () => about("participant:disconnected"));
  const again = new Participant("anna", { sessionId: "p1" });
  await presenter.until("anna again", () => about("participant:reconnected"));
  assert.deepEqual(again.events(), []);
  for (const guest of [presenter, again]) guest.close();
}

async function whatNobodyTakesIsRefused() {
  const guest = new Participant("anna", { sessionId: "s1" });
  await guest.next("connection:established");
  const answer = await guest.socket.timeout(patience).emitWithAck("vote:submitted", { pollId: "p" });
  assert.equal(answer.ok, false);
  assert.equal(answer.error.code, "VALIDATION_ERROR");
  guest.close();
}

for (const part of [
  isWelcomed,
  withoutASessionIsRefused,
  ofAnotherSessionIsRefusedAndHearsNothing,
  allOfASessionHearWhatHappensAndNobodyElse,
  whoSaysWhereItWasIsToldTheRest,
  whoNamesWhatIsNoIdBeginsAnew,
  aLostConnectionIsRecovered,
  nobodyIsRecoveredWithSomebodyElsesPid,
  whatIsForOneIsToldToOneNowAndLater,
  whoHasFoundAHoleIsToldAgain,
  whoMayNotReplayIsToldOnlyWhatHappensNow,
  noVoteTellsWhoseItWas,
  thePresenterIsToldWhoComesAndGoes,
  whatNobodyTakesIsRefused,
]) {
  await part();
  console.log(`ok ${part.name}`);
}
process.exit(0);
