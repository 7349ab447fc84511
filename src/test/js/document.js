// One editor of a document. Usage: node document.js URL TOKEN RECORD BEFORE WRITES. Exits with 0 when the text was BEFORE
// once it had come, and WRITES was taken.
import assert from "node:assert/strict";
import WebSocket from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

const [url, token, record, before, writes] = process.argv.slice(2);

function open() {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(`${url.replace(/^http/, "ws")}/realtime`, `records/${record}`, doc, {
    WebSocketPolyfill: WebSocket,
    protocols: [`auth.${token}`],
    disableBc: true,
  });
  const synced = new Promise((resolve) => provider.on("sync", (isSynced) => isSynced && resolve()));
  return { doc, provider, synced, text: doc.getText("t") };
}

const timer = setTimeout(() => {
  console.error("not in time");
  process.exit(1);
}, 10_000);
const witness = open();
await witness.synced;
const editor = open();
await editor.synced;
assert.equal(editor.text.toString(), before);
const told = new Promise((resolve) => {
  witness.doc.on("update", () => witness.text.toString() === before + writes && resolve());
});
editor.text.insert(editor.text.length, writes);
await told;
clearTimeout(timer);
process.exit(0);
