// The browser client against a gateway that keeps users. Usage: node feature-client.js URL TOKENS, where tokens are
// a JSON object by name: anna and ben may do all with users, rita may only read them. Exits with 0 when all was as it should
// be.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { createRealtimeClient, createStateManager, memoryStorage } from "../../main/resources/web/client/index.js";

const url = process.argv[2];
const tokens = JSON.parse(process.argv[3]);
const patience = 10_000;

/** One tab: a client, and what it shows of users. */
class Tab {
  constructor(name, entity) {
    this.client = createRealtimeClient(url, {
      io,
      getToken: () => tokens[name],
      transports: ["websocket"],
      storage: memoryStorage(),
      scope: name,
    });
    this.users = createStateManager(this.client, { feature: "users", entity, mergePolicy: "field-merge" });
    this.entity = entity;
    this.told = [];
    this.users.subscribe((one) => this.told.push(one));
  }

  async opens() {
    await this.client.connect();
    const { rooms } = await this.client.subscribe({ features: ["users"], entities: [this.entity] });
    assert.ok(rooms.includes("feature:users"), "it may not read");
    await this.users.syncWithServer();
    return this;
  }

  until(what, condition) {
    return new Promise((resolve, reject) => {
      const told = () => new Error(`no ${what} in time: ${JSON.stringify(this.users.localState())}`);
      const timer = setTimeout(() => reject(told()), patience);
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        stop();
        resolve();
      };
      const stop = this.users.subscribe(look);
      look();
    });
  }

  find(id) {
    return this.users.localState().find((one) => one.id === id);
  }

  closes() {
    this.users.close();
    this.client.disconnect();
  }
}

const twoTabs = async (entity) => Promise.all([new Tab("anna", entity).opens(), new Tab("ben", entity).opens()]);

async function made(tab, data) {
  const { confirmed } = await tab.users.optimisticCreate(data);
  const outcome = await confirmed;
  assert.equal(outcome.ok, true);
  return outcome.id;
}

async function whatIsMadeIsSeenAtOnceHereAndSoonThereOnce() {
  const [a, b] = await twoTabs("created");
  const before = a.users.localState().length;
  const { confirmed } = await a.users.optimisticCreate({ name: "Änne" });
  assert.equal(a.users.localState().length, before + 1);
  const { id } = await confirmed;
  await b.until("the same user", () => b.find(id)?.name === "Änne");
  await a.until("one only", () => a.users.localState().length === 1 && a.find(id));
  assert.equal(b.users.localState().length, 1);
  a.closes();
  b.closes();
}

async function aNewClientIsFilledBySync() {
  const [a] = await twoTabs("synced");
  const id = await made(a, { name: "before" });
  const late = await new Tab("ben", "synced").opens();
  assert.deepEqual(late.users.localState(), [{ name: "before", id }]);
  assert.ok(late.users.lastSync());
  a.closes();
  late.closes();
}

async function whatOthersChangeIsMergedWithoutAConflict() {
  const [a, b] = await twoTabs("merged");
  const id = await made(a, { name: "one", mail: "x" });
  await b.until("it", () => b.find(id));
  await (await a.users.optimisticUpdate(id, { name: "two" })).confirmed;
  await b.until("the new name", () => b.find(id)?.name === "two");
  assert.equal(b.users.hasConflicts(), false);
  a.closes();
  b.closes();
}

async function whoIsSecondWithAFieldIsInConflictAndOtherFieldsAreMerged() {
  const [a, b] = await twoTabs("conflict");
  const id = await made(a, { name: "one", mail: "x" });
  await b.until("it", () => b.find(id));
  b.client.disconnect();
  const late = await b.users.optimisticUpdate(id, { name: "by ben" });
  await (await a.users.optimisticUpdate(id, { name: "by anna" })).confirmed;
  await b.client.connect();
  await b.until("the conflict", () => b.users.hasConflicts());
  assert.equal(b.users.conflicts()[0].id, id);
  await b.users.resolveConflict(id, "accept_server");
  await b.until("anna's", () => b.find(id)?.name === "by anna" && !b.users.hasConflicts());
  assert.ok(late.opId);
  b.client.disconnect();
  const other = await b.users.optimisticUpdate(id, { mail: "by ben" });
  await (await a.users.optimisticUpdate(id, { name: "again by anna" })).confirmed;
  await b.client.connect();
  assert.equal((await other.confirmed).ok, true);
  const both = (one) => one?.name === "again by anna" && one?.mail === "by ben";
  await b.until("both", () => both(b.find(id)));
  await a.until("both", () => both(a.find(id)));
  assert.equal(b.users.hasConflicts(), false);
  a.closes();
  b.closes();
}

async function whatIsDoneOfflineIsQueuedAndThenDone() {
  const [a, b] = await twoTabs("offline");
  const id = await made(a, { name: "to go" });
  await a.until("nothing to do", () => !a.users.hasPendingOperations());
  await b.until("it", () => b.find(id));
  a.client.disconnect();
  await a.users.optimisticDelete(id);
  assert.equal(a.users.pendingOperations().length, 1);
  assert.equal(a.find(id), undefined);
  await a.client.connect();
  await a.until("no more to do", () => a.users.pendingOperations().length === 0);
  await b.until("its end", () => !b.find(id));
  a.closes();
  b.closes();
}

async function whatIsRefusedIsTakenBackAndSaid() {
  const [a] = await twoTabs("refused");
  const id = await made(a, { name: "fixed" });
  const rita = await new Tab("rita", "refused").opens();
  const outcome = await (await rita.users.optimisticUpdate(id, { name: "mine" })).confirmed;
  assert.equal(outcome.error.code, "PERMISSION_DENIED");
  assert.equal(rita.find(id).name, "fixed");
  const told = rita.told.find((one) => one.type === "rolledBack");
  assert.equal(told.code, "PERMISSION_DENIED");
  assert.ok(told.correlationId);
  a.closes();
  rita.closes();
}

async function whatHappensWhileAwayIsThereAfterwards() {
  const [a, b] = await twoTabs("away");
  const id = await made(a, { name: "one" });
  await b.until("it", () => b.find(id));
  b.client.disconnect();
  await (await a.users.optimisticUpdate(id, { name: "two" })).confirmed;
  const other = await made(a, { name: "three" });
  await b.client.connect();
  await b.until("all of it", () => b.find(id)?.name === "two" && b.find(other)?.name === "three");
  a.closes();
  b.closes();
}

for (const part of [
  whatIsMadeIsSeenAtOnceHereAndSoonThereOnce,
  aNewClientIsFilledBySync,
  whatOthersChangeIsMergedWithoutAConflict,
  whoIsSecondWithAFieldIsInConflictAndOtherFieldsAreMerged,
  whatIsDoneOfflineIsQueuedAndThenDone,
  whatIsRefusedIsTakenBackAndSaid,
  whatHappensWhileAwayIsThereAfterwards,
]) {
  await part();
  console.log(`ok ${part.name}`);
}
process.exit(0);
