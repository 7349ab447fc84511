// Many clients in one process, driven over lines of JSON.
// In: {"id", "client", "do", ...}; `start` has "program" and "options", the rest are methods.
// Out: {"re": id, "value"} or {"re": id, "failed"} for each line, and {"client", "what", "data"} for
// everything that happens to a client. Ends with its standard input.
import { createInterface } from "node:readline";
import { Bare } from "./bare.js";
import { Browser } from "./browser.js";
import { Dashboard } from "./dashboard.js";
import { Electron } from "./electron.js";
import { Television } from "./television.js";

const PROGRAMS = { bare: Bare, browser: Browser, dashboard: Dashboard, electron: Electron, television: Television };
const clients = new Map();

const out = (line) => process.stdout.write(JSON.stringify(line) + "\n");

const deeds = {
  start(name, { program, options }) {
    const client = new PROGRAMS[program](options, (what, data = null) =>
      out({ client: name, what, data }),
    );
    clients.set(name, client);
    client.start();
  },
  stop(name) {
    clients.get(name)?.stop();
    clients.delete(name);
  },
  state: (name) => clients.get(name).state(),
  asks: (name, line) => clients.get(name).asks(line),
  says: (name, line) => clients.get(name).says(line),
  replies: (name, line) => clients.get(name).replies(line),
  breaks: (name) => clients.get(name).breaks(),
  again: (name) => clients.get(name).again(),
  restarts: (name) => clients.get(name).restarts(),
  beat: (name) => clients.get(name).beat(),
  loses: (name, { what, times }) => clients.get(name).loseNext(what, times),
  plays: (name, line) => clients.get(name).plays(line),
  contentFails: (name, line) => clients.get(name).contentFails(line),
  renew: (name, { cookie }) => clients.get(name).renew(cookie),
};

createInterface({ input: process.stdin })
  .on("line", async (text) => {
    const line = JSON.parse(text);
    try {
      out({ re: line.id, value: (await deeds[line.do](line.client, line)) ?? null });
    } catch (error) {
      out({ re: line.id, failed: String(error?.stack ?? error) });
    }
  })
  .on("close", () => process.exit(0));
