// The official client in feature rooms. Usage: node feature-rooms.js URL SERVICE_KEY TOKENS, where tokens are a JSON
// object by name: anna and ben may do all with users, rita reads roles of rbac only, late has expired, other is signed
// by somebody else. Users are kept by the gateway, orders by their application. Exits with 0 when all was as it should be.
import assert from "node:assert/strict";
import { Guest, patience } from "./guest.js";

const [url, serviceKey] = process.argv.slice(2);
const tokens = JSON.parse(process.argv[4]);
let operations = 0;

class Client extends Guest {
  constructor(token, options = {}) {
    super(url, { path: "/api/ws/", auth: { token: tokens[token] ?? token }, ...options });
  }

  ask(event, data) {
    return this.socket.timeout(patience).emitWithAck(event, data);
  }

  mutate(action, more) {
    operations += 1;
    return this.ask("entity:mutate", {
      opId: `op-${operations}`,
      feature: "users",
      entity: "user",
      action,
      ...more,
    });
  }

  hears(name, n) {
    return this.until(`${name} ${n}`, () => this.all(name).find((one) => one.args[0].data.n === n));
  }

  numbers(name) {
    return this.all(name).map((one) => one.args[0].data.n);
  }
}

async function publish(feature, eventType, payload, more = {}) {
  const answer = await fetch(`${url}/api/v1/rooms/feature:${feature}/events`, {
    method: "POST",
    headers: { "x-internal-api-key": serviceKey, "content-type": "application/json" },
    body: JSON.stringify({ eventType, payload, ...more }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()).eventId;
}

async function whoShowsNoValidTokenIsRefused() {
  for (const [token, code] of [
    ["late", "TOKEN_EXPIRED"],
    ["other", "AUTH_FAILED"],
    ["no token at all", "AUTH_FAILED"],
    ["", "AUTH_FAILED"],
  ]) {
    const client = new Client(token);
    const [error] = (await client.next("connect_error")).args;
    assert.equal(error.data.code, code);
    assert.equal(error.data.statusCode, 401);
    assert.ok(error.data.correlationId);
    client.close();
  }
}

async function whatMayBeReadIsConfirmedAndTheRestDenied() {
  const client = new Client("anna");
  await client.next("connection:established");
  client.socket.emit("subscribe:features", { features: ["users", "rbac"], entities: ["user", "role"] });
  const [confirmed] = (await client.next("subscribe:confirmed")).args;
  assert.deepEqual(confirmed.rooms, ["feature:users", "feature:users:entity:user", "feature:users:entity:role"]);
  assert.deepEqual(confirmed.features, ["users", "rbac"]);
  assert.equal(confirmed.denied.length, 1);
  const [denied] = (await client.next("permission_denied")).args;
  assert.equal(denied.room, "feature:rbac");
  assert.equal(denied.code, "PERMISSION_DENIED");
  assert.equal(denied.correlationId, confirmed.denied[0].correlationId);
  client.close();
}

async function aPartMayBeGrantedAlone() {
  const client = new Client("rita");
  const answer = await client.ask("subscribe:features", { features: ["rbac"], entities: ["role"] });
  assert.deepEqual(answer.rooms, ["feature:rbac:entity:role"]);
  assert.deepEqual(answer.denied, []);
  await publish("rbac", "rbac.permission.created", { n: 1 });
  await publish("rbac", "rbac.role.created", { n: 2 });
  await client.hears("rbac.role.created", 2);
  assert.deepEqual(client.all("rbac.permission.created"), []);
  client.close();
}

async function whoIsInARoomAndInAPartOfItIsToldOnce() {
  const client = new Client("anna");
  await client.ask("subscribe:features", { features: ["users"], entities: ["user"] });
  await publish("users", "users.user.created", { n: 10 }, { opId: "op-x", version: 3 });
  await publish("users", "users.profile.updated", { n: 11 });
  await client.hears("users.profile.updated", 11);
  assert.deepEqual(client.numbers("users.user.created"), [10]);
  const [event, places] = client.all("users.user.created")[0].args;
  assert.deepEqual(Object.keys(event), ["feature", "entity", "action", "data", "meta"]);
  assert.deepEqual([event.feature, event.entity, event.action], ["users", "user", "created"]);
  assert.equal(event.meta.opId, "op-x");
  assert.equal(event.meta.version, 3);
  assert.equal(event.meta.priority, "normal");
  assert.equal(typeof places, "string");
  const second = client.all("users.profile.updated")[0].args[0];
  assert.equal(second.meta.prevEventId, event.meta.eventId);
  client.close();
}

async function orderIsThatOfPublishingWhateverThePriority() {
  const client = new Client("anna");
  await client.ask("subscribe:features", { features: ["users"] });
  for (let n = 20; n < 40; n += 1) {
    await publish("users", "users.user.updated", { n }, { priority: n % 2 ? "low" : "critical" });
  }
  await client.hears("users.user.updated", 39);
  assert.deepEqual(
    client.numbers("users.user.updated"),
    Array.from({ length: 20 }, (_, n) => n + 20),
  );
  client.close();
}

async function aLostConnectionIsRecoveredInAllItsRooms() {
  const client = new Client("anna");
  await client.ask("subscribe:features", { features: ["users", "orders"], entities: ["user"] });
  await publish("users", "users.user.updated", { n: 50 });
  await client.hears("users.user.updated", 50);
  client.socket.io.engine.close();
  await client.next("disconnect");
  await publish("users", "users.user.updated", { n: 51 });
  await publish("orders", "orders.order.created", { n: 52 });
  await client.hears("users.user.updated", 51);
  await client.hears("orders.order.created", 52);
  assert.equal(client.socket.recovered, true);
  await publish("orders", "orders.order.created", { n: 53 });
  await client.hears("orders.order.created", 53);
  assert.deepEqual(client.numbers("users.user.updated"), [50, 51]);
  assert.deepEqual(client.numbers("orders.order.created"), [52, 53]);
  client.close();
}

async function whoSaysWhereItWasIsToldTheRest() {
  const from = await publish("orders", "orders.order.updated", { n: 60 });
  await publish("orders", "orders.order.updated", { n: 61 });
  const client = new Client("ben");
  await client.ask("subscribe:features", { features: ["orders"], fromEventIds: { "feature:orders": from } });
  await client.next("event:replay:complete");
  assert.deepEqual(client.numbers("orders.order.updated"), [61]);
  assert.equal(client.all("orders.order.updated")[0].args[0].meta.replay, true);
  client.close();
}

async function aUserHasAnInbox() {
  const client = new Client("ben");
  await client.until("inbox", () => client.all("connection:established").length);
  await client.ask("subscribe:features", { features: ["orders"] });
  const answer = await fetch(`${url}/api/v1/rooms/user:ben/events`, {
    method: "POST",
    headers: { "x-internal-api-key": serviceKey, "content-type": "application/json" },
    body: JSON.stringify({ eventType: "notifications.message.created", payload: { text: "Grüße" } }),
  });
  assert.equal(answer.status, 201);
  const [message] = (await client.next("notifications.message.created")).args;
  assert.deepEqual(message, { text: "Grüße" });
  client.close();
}

async function theOldWordsAreUnderstood() {
  const client = new Client("anna");
  await client.next("connection:established");
  client.socket.emit("join:feature", "orders");
  assert.equal((await client.next("joined:feature")).args[0].feature, "orders");
  client.socket.emit("join:entity", { feature: "users", entity: "user" });
  assert.equal((await client.next("joined:entity")).args[0].room, "feature:users:entity:user");
  client.socket.emit("get:rooms");
  assert.deepEqual((await client.next("rooms:list")).args[0].rooms, [
    "user:anna",
    "feature:orders",
    "feature:users:entity:user",
  ]);
  client.socket.emit("leave:room", "feature:orders");
  await client.next("left:room");
  client.socket.emit("ping");
  assert.ok((await client.next("pong")).args[0].timestamp);
  assert.ok((await client.ask("get_stats", {})).connected);
  client.socket.emit("auth:authenticate", { token: tokens.anna });
  assert.equal((await client.next("auth:authenticated")).args[0].userId, "anna");
  client.socket.emit("auth:authenticate", { token: tokens.ben });
  assert.equal((await client.next("auth:error")).args[0].success, false);
  client.close();
}

async function whatIsKeptHereIsChangedByClients() {
  const anna = new Client("anna");
  const ben = new Client("ben");
  for (const client of [anna, ben]) await client.ask("subscribe:features", { features: ["users"] });
  const made = await anna.mutate("create", { data: { name: "Änne", mail: "a@x" } });
  assert.equal(made.ok, true);
  assert.equal(made.version, 1);
  const heard = await ben.until("created", () =>
    ben.all("users.user.created").find((one) => one.args[0].data.id === made.id),
  );
  assert.equal(heard.args[0].data.name, "Änne");
  assert.equal(heard.args[0].meta.version, 1);
  const same = { opId: "twice", feature: "users", entity: "user", action: "update", id: made.id, data: { name: "B" } };
  const first = await anna.ask("entity:mutate", same);
  const again = await anna.ask("entity:mutate", same);
  assert.equal(first.version, 2);
  assert.deepEqual(again, first);
  const late = await ben.mutate("update", { id: made.id, data: { name: "C" }, baseVersion: 1 });
  assert.equal(late.error.code, "VERSION_CONFLICT");
  assert.deepEqual(late.error.current, { id: made.id, version: 2, data: { name: "B", mail: "a@x", id: made.id } });
  const merged = await ben.mutate("update", { id: made.id, data: { mail: "b@x" }, baseVersion: 1 });
  assert.equal(merged.version, 3);
  assert.deepEqual(merged.data, { name: "B", mail: "b@x", id: made.id });
  const sync = await ben.ask("entity:sync", { feature: "users", entity: "user" });
  assert.deepEqual(
    sync.items.filter((one) => one.id === made.id),
    [{ id: made.id, version: 3, data: merged.data }],
  );
  assert.equal(sync.lastEventId, merged.eventId);
  const gone = await anna.mutate("delete", { id: made.id });
  assert.equal(gone.ok, true);
  await ben.until("deleted", () => ben.all("users.user.deleted").length);
  assert.deepEqual(ben.all("users.user.deleted")[0].args[0].data, { id: made.id });
  assert.equal((await anna.mutate("delete", { id: made.id })).error.code, "NOT_FOUND");
  for (const client of [anna, ben]) client.close();
}

async function aLockIsHeldForAsLongAsItsHolderIsHere() {
  const [anna, ben] = [new Client("anna"), new Client("ben")];
  for (const client of [anna, ben]) await client.ask("subscribe:features", { features: ["users"] });
  const what = { feature: "users", entity: "user", id: "u-7" };
  assert.equal((await anna.ask("entity:lock", what)).ok, true);
  const [acquired] = (await ben.next("users.user.lock_acquired")).args;
  assert.deepEqual(acquired.data, { id: "u-7", userId: "anna", lockType: "edit" });
  assert.equal(acquired.meta.priority, "high");
  assert.equal((await ben.ask("entity:lock", what)).error.code, "LOCKED");
  assert.equal((await ben.ask("entity:unlock", what)).error.code, "NOT_FOUND");
  anna.close();
  await ben.next("users.user.lock_released");
  assert.equal((await ben.ask("entity:lock", what)).ok, true);
  assert.equal((await ben.ask("entity:unlock", what)).ok, true);
  ben.close();
}

async function whatMayNotBeChangedIsRefused() {
  const rita = new Client("rita");
  assert.equal((await rita.mutate("create", { data: {} })).error.code, "PERMISSION_DENIED");
  const anna = new Client("anna");
  assert.equal((await anna.mutate("shake", { data: {} })).error.code, "VALIDATION_ERROR");
  assert.equal((await anna.mutate("create", { feature: "orders", data: {} })).error.code, "VALIDATION_ERROR");
  for (const client of [rita, anna]) client.close();
}

for (const part of [
  whoShowsNoValidTokenIsRefused,
  whatMayBeReadIsConfirmedAndTheRestDenied,
  aPartMayBeGrantedAlone,
  whoIsInARoomAndInAPartOfItIsToldOnce,
  orderIsThatOfPublishingWhateverThePriority,
  aLostConnectionIsRecoveredInAllItsRooms,
  whoSaysWhereItWasIsToldTheRest,
  aUserHasAnInbox,
  theOldWordsAreUnderstood,
  whatIsKeptHereIsChangedByClients,
  aLockIsHeldForAsLongAsItsHolderIsHere,
  whatMayNotBeChangedIsRefused,
]) {
  await part();
  console.log(`ok ${part.name}`);
}
process.exit(0);
