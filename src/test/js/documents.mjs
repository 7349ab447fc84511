// Random documents of several authors, for the engine that merges updates without a document. Usage: node documents.mjs SEED
// COUNT. For each it prints a line {updates, stateVector} in Base64, where updates are out of order and some are missing, and
// reads a line {merged, known, diff}: what the engine has made of it. Exits with 0 when all of it is to the same effect as
// what Yjs makes of the updates themselves.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import * as Y from "yjs";

const [seed, count] = process.argv.slice(2).map(Number);
let state = seed >>> 0 || 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const below = (n) => Math.floor(random() * n);
const pick = (all) => all[below(all.length)];

const VALUES = [null, true, -7, 3.25, 2 ** 40, "Grüße 🙂", [1, ["two"]], { a: { b: null } }, new Uint8Array([1, 2, 3])];
const TEXTS = ["a", "Wort ", "\u0000", "längerer Text "];

function edit(doc) {
  const text = doc.getText("text");
  const list = doc.getArray("list");
  const map = doc.getMap("map");
  const xml = doc.getXmlFragment("xml");
  pick([
    () => text.insert(below(text.length + 1), pick(TEXTS)),
    () => text.insert(text.length, pick(TEXTS)),
    // Only behind each other: when a pair of surrogates is divided, copies of Yjs differ from each other.
    () => doc.getText("emoji").insert(doc.getText("emoji").length, "🙂🙃"),
    () => text.length && text.delete(below(text.length), 1),
    () => text.length > 3 && text.format(1, 2, { bold: pick([true, null]) }),
    () => text.insertEmbed(below(text.length + 1), { image: "x" }),
    () => list.insert(below(list.length + 1), Array.from({ length: 1 + below(3) }, () => pick(VALUES))),
    () => list.insert(below(list.length + 1), [pick([new Y.Map(), new Y.Array(), new Y.Text("in")])]),
    () => list.length > 2 && list.delete(below(list.length - 2), 2),
    () => map.set(pick(["a", "b", "c"]), pick(VALUES)),
    () => map.set("nested", new Y.Map([["k", pick(VALUES)]])),
    () => map.delete(pick(["a", "b", "nested"])),
    () => map.set("sub", new Y.Doc({ guid: `sub-${below(9)}` })),
    () => xml.insert(below(xml.length + 1), [new Y.XmlElement(pick(["p", "h1"]))]),
    () => xml.length && xml.get(0).setAttribute?.("id", String(below(9))),
    () => xml.insert(below(xml.length + 1), [new Y.XmlText("xml")]),
    () => doc.transact(() => [text.insert(0, "t"), map.set("t", below(99)), text.delete(0, 1)]),
  ])();
}

function authors() {
  const updates = [];
  const docs = Array.from({ length: 3 }, (_, n) => {
    const doc = new Y.Doc({ gc: n > 0 });
    doc.clientID = 1 + below(2 ** 31);
    doc.on("update", (update, origin) => origin !== "sync" && updates.push(update));
    return doc;
  });
  const known = new Y.Doc();
  const steps = 10 + below(60);
  for (let step = 0; step < steps; step += 1) {
    edit(pick(docs));
    if (random() < 0.3) {
      const [from, to] = [pick(docs), pick(docs)];
      Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)), "sync");
    }
    if (step === steps >> 1) Y.applyUpdate(known, Y.encodeStateAsUpdate(docs[0]));
  }
  if (random() < 0.3) updates.push(Y.encodeStateAsUpdate(docs[1]), Y.mergeUpdates(updates.slice(0, 3)));
  return { updates, known };
}

function shuffled(all) {
  const rest = [...all];
  return all.map(() => rest.splice(below(rest.length), 1)[0]);
}

function shown(doc) {
  const all = {
    text: doc.getText("text").toDelta(),
    emoji: doc.getText("emoji").toString(),
    list: doc.getArray("list").toJSON(),
    map: [...doc.getMap("map").entries()].map(([key, value]) => [key, value?.guid ?? value?.toJSON?.() ?? value]).sort(([a], [b]) => (a < b ? -1 : 1)),
    xml: doc.getXmlFragment("xml").toString(),
    stateVector: [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([a], [b]) => a - b),
  };
  return JSON.stringify(all, (_, value) => (value?.guid ? value.guid : value));
}

function of(updates, base) {
  const doc = new Y.Doc({ gc: false });
  if (base) Y.applyUpdate(doc, Y.encodeStateAsUpdate(base));
  updates.forEach((update) => Y.applyUpdate(doc, update));
  return doc;
}

const text = (bytes) => Buffer.from(bytes).toString("base64");
const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

for (let n = 0; n < count; n += 1) {
  const { updates, known } = authors();
  const here = shuffled(updates).filter(() => random() > 0.1);
  const missing = updates.filter((update) => !here.includes(update));
  console.log(JSON.stringify({ updates: here.map(text), stateVector: text(Y.encodeStateVector(known)) }));
  const answer = JSON.parse((await answers.next()).value);
  const wrong = `document ${n} of seed ${seed}`;
  if (here.length === 0) continue;
  const merged = bytes(answer.merged);
  const [expected, actual] = [of([Y.mergeUpdates(here)]), of([merged])];
  assert.equal(shown(actual), shown(expected), `${wrong}: merged`);
  for (const update of missing) [expected, actual].forEach((doc) => Y.applyUpdate(doc, update));
  assert.equal(shown(actual), shown(expected), `${wrong}: merged, and then the rest`);
  const rest = Y.diffUpdate(Y.mergeUpdates(here), bytes(text(Y.encodeStateVector(known))));
  assert.equal(shown(of([bytes(answer.diff)], known)), shown(of([rest], known)), `${wrong}: diff`);
  const sorted = (vector) => [...Y.decodeStateVector(vector)].sort(([a], [b]) => a - b);
  assert.deepEqual(sorted(bytes(answer.known)), sorted(Y.encodeStateVectorFromUpdate(Y.mergeUpdates(here))), `${wrong}: known`);
}
process.exit(0);
