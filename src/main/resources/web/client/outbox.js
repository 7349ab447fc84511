// Our operations on their way to the server: stored, then sent, one at a time for each entity, until they are told back.

import { isPassing } from './environment.js';
import { remap, standOn } from './operations.js';

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 30_000;
const RATE_LIMITED_MS = 1000;
const IN_FLIGHT_MAX = 8; // the gateway counts messages by the second; more than these would only be refused
export const QUEUE_MAX = 1000;

/**
 * `way(op)` says by which way an operation can go now, or null; `send(op, way)` resolves with the server's answer or
 * rejects with a RealtimeError. Tells `changed()`, `failed(error)` of the storage, and `answered(op, answer)` of what is
 * decided; of what will be tried again it tells nothing.
 */
export class Outbox {
  #store;
  #tell;
  #settings;
  #writing = Promise.resolve();
  #saving = null;
  #held = new Map();
  #pausedUntil = 0;

  ops = [];

  /** Shows what another tab owns: nothing is stored or sent from here. */
  isMirror = false;

  constructor(store, settings, tell) {
    this.#store = store;
    this.#settings = settings;
    this.#tell = tell;
  }

  /** What an earlier page has left. What it had sent may have arrived, so it goes out again as it was. */
  async load() {
    const kept = await this.#store.load();
    this.ops = (kept ?? []).map((op) => ({ ...op, state: 'queued', attempts: 0, waiting: false }));
  }

  find(opId) {
    return this.ops.find((op) => op.opId === opId);
  }

  /**
   * Stored before it is shown: whoever sees his change may close the page. `derive` makes the list; it is asked again
   * after the write, since answers may have come meanwhile, while `id` is kept from being sent.
   */
  async commit(id, derive) {
    this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
    try {
      await this.#write(() => derive(this.ops).ops);
      const derived = derive(this.ops);
      this.replace(derived.ops);
      return derived;
    } finally {
      this.#letGo(id);
      this.flush();
    }
  }

  #letGo(id) {
    const count = this.#held.get(id) - 1;
    if (count > 0) this.#held.set(id, count);
    else this.#held.delete(id);
  }

  replace(ops) {
    this.ops = ops;
    this.#save();
    this.#tell.changed();
  }

  change(opId, change) {
    this.replace(this.ops.map((op) => (op.opId === opId ? { ...op, ...change } : op)));
  }

  drop(...opIds) {
    this.replace(this.ops.filter((op) => !opIds.includes(op.opId)));
  }

  /** The server has given an id; later operations and what is stored follow. */
  rename(from, to) {
    if (from !== to) this.replace(remap(this.ops, from, to));
  }

  raise(id, version) {
    this.replace(standOn(this.ops, id, version));
  }

  /** A new connection is a new chance for what had been given up for the time being. */
  reopened() {
    this.#pausedUntil = 0;
    if (this.ops.some(({ waiting, attempts }) => waiting || attempts > 0)) {
      this.replace(this.ops.map((op) => (op.state === 'queued' ? { ...op, waiting: false, attempts: 0, round: (op.round ?? 0) + 1 } : op)));
    }
    this.flush();
  }

  flush() {
    if (this.isMirror || this.#settings.clock.now() < this.#pausedUntil) return;
    const seen = new Set();
    let free = IN_FLIGHT_MAX - this.ops.filter(({ state }) => state === 'sent').length;
    for (const op of this.ops) {
      const isFirst = !seen.has(op.id);
      seen.add(op.id);
      if (free > 0 && isFirst && op.state === 'queued' && !op.waiting && !this.#held.has(op.id) && this.#settings.way(op)) {
        free -= 1;
        this.#send(op, this.#settings.way(op));
      }
    }
  }

  async #send(op, way) {
    // Stored before it leaves: what the server may know must not be edited by the page that comes after this one.
    this.change(op.opId, { state: 'sent', tried: true, by: way });
    await this.#save();
    const sent = this.find(op.opId);
    if (sent?.state !== 'sent') return;
    if (this.#settings.way(op) !== way) return this.change(op.opId, { state: 'queued', tried: op.tried, by: op.by });
    const answer = await this.#settings.send(sent, way).catch((error) => ({ ok: false, error }));
    this.#hear(sent, answer ?? { ok: false, error: { code: 'INTERNAL_ERROR', message: 'an empty answer' } });
  }

  #hear(sent, answer) {
    const isDecided = answer.ok !== false || !isPassing(answer.error);
    if (isDecided) this.#tell.answered(sent, answer);
    else if (this.find(sent.opId)?.state === 'sent') this.#tryLater(sent, answer.error);
    this.flush();
  }

  #tryLater(op, error) {
    if (error.code === 'RATE_LIMIT_EXCEEDED') return this.#pause(op, error.retryAfterMs ?? RATE_LIMITED_MS);
    const attempts = (op.attempts ?? 0) + 1;
    this.change(op.opId, { state: 'queued', attempts, waiting: true, lastError: error.code });
    if (attempts > this.#settings.retryAttempts) return; // it stays until the next connection
    this.#later(this.#backOff(attempts), () => this.#wake(op.opId, op.round));
  }

  #backOff(attempts) {
    return Math.min(RETRY_MIN_MS * 2 ** (attempts - 1), RETRY_MAX_MS) * (0.5 + this.#settings.random());
  }

  #wake(opId, round) {
    const op = this.find(opId);
    if (op?.state !== 'queued' || !op.waiting || op.round !== round) return;
    this.change(opId, { waiting: false });
    this.flush();
  }

  /** The limit is one of the connection: whatever else would be sent now would be refused too. */
  #pause(op, ms) {
    this.change(op.opId, { state: 'queued' });
    this.#pausedUntil = this.#settings.clock.now() + ms;
    this.#later(ms, () => this.flush());
  }

  #later(ms, deed) {
    this.#settings.clock.setTimeout(deed, ms);
  }

  /** Changes of one moment are one write. A failure is told and changes nothing: what is at work goes on. */
  #save() {
    if (this.isMirror) return Promise.resolve();
    this.#saving ??= this.#write(() => {
      this.#saving = null;
      return this.ops;
    }).catch((error) => this.#tell.failed(error));
    return this.#saving;
  }

  /** One write after the other; each takes the list as it is by then. */
  #write(list) {
    const written = this.#writing.then(() => this.#store.save(list()));
    this.#writing = written.catch(() => {});
    return written;
  }
}

/** What of an operation goes over the wire. */
export function asMutation(op, feature, entity, mergePolicy) {
  const said = { opId: op.opId, feature, entity, action: op.action };
  if (op.action !== 'create') said.id = op.id;
  if (op.action !== 'delete') said.data = op.data;
  if (op.action !== 'create' && op.baseVersion !== undefined) said.baseVersion = op.baseVersion;
  return mergePolicy ? { ...said, mergePolicy } : said;
}
