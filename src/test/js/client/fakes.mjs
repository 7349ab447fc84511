// A server in memory, sockets that behave like socket.io-client's, and a clock that moves when told.

import { createRealtimeClient, createStateManager, memoryStorage } from '../../../main/resources/web/client/index.js';

export const NEVER = Symbol('no answer');

/** Until nothing more happens by itself; no time passes. */
export async function settled() {
  for (let round = 0; round < 8; round += 1) await new Promise(setImmediate);
}

export class Clock {
  #timers = new Map();
  #ids = 0;
  time = 1_000_000;

  now = () => this.time;
  setTimeout = (deed, ms) => {
    this.#ids += 1;
    this.#timers.set(this.#ids, { at: this.time + ms, deed });
    return this.#ids;
  };
  clearTimeout = (id) => void this.#timers.delete(id);

  async advance(ms) {
    await settled();
    const end = this.time + ms;
    for (let next; (next = this.#next(end)); await settled()) {
      const [id, { at, deed }] = next;
      this.time = at;
      this.#timers.delete(id);
      deed();
    }
    this.time = end;
  }

  #next(end) {
    return [...this.#timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0];
  }
}

class FakeSocket {
  #listeners = new Map();
  #any = [];
  #waiting = new Set();
  connected = false;
  active = false;
  sendBuffer = [];
  rooms = new Set();

  constructor(server, url, options) {
    Object.assign(this, { server, url, options });
    this.io = { engine: { close: () => this.server.engineClosed.push(this) } };
  }

  on(name, listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  onAny(listener) {
    this.#any.push(listener);
  }

  connect() {
    this.active = true;
    this.server.attempts.push(this);
    if (this.server.isUp) this.open();
  }

  open() {
    this.options.auth(async (auth) => {
      await undefined;
      const refusal = this.server.refuses(auth);
      this.auth = auth;
      if (refusal) {
        this.active = false;
        this.fire('connect_error', Object.assign(new Error(refusal.message ?? refusal.code), { data: refusal }));
        return;
      }
      this.connected = true;
      this.fire('connect');
    });
  }

  disconnect() {
    const was = this.connected;
    this.#close();
    this.active = false;
    if (was) this.fire('disconnect', 'io client disconnect');
    this.#rejectAll();
  }

  /** The network is gone; socket.io's own loop would come back. */
  drop(reason = 'transport close') {
    this.#close();
    this.active = reason !== 'io server disconnect';
    this.fire('disconnect', reason);
    this.#rejectAll();
  }

  #close() {
    this.connected = false;
    this.rooms.clear();
  }

  #rejectAll() {
    for (const reject of [...this.#waiting]) reject(new Error('socket has been disconnected'));
  }

  timeout(ms) {
    return { emitWithAck: (name, payload) => this.#emit(name, JSON.parse(JSON.stringify(payload)), ms) };
  }

  #emit(name, payload, ms) {
    if (!this.connected) {
      this.server.buffered.push(name);
      this.sendBuffer.push({ name });
      return new Promise(() => {});
    }
    return new Promise((resolve, reject) => {
      const clock = this.server.clock;
      const end = (deed) => (value) => {
        clock.clearTimeout(timer);
        this.#waiting.delete(fail);
        deed(value);
      };
      const fail = end(reject);
      const timer = clock.setTimeout(() => fail(new Error('operation has timed out')), ms);
      this.#waiting.add(fail);
      this.server.hear(this, name, payload, end(resolve));
    });
  }

  fire(name, ...args) {
    for (const listener of this.#listeners.get(name) ?? []) listener(...args);
  }

  /** What comes from the server also reaches those who hear everything; socket.io's own events do not. */
  receive(name, ...args) {
    if (!this.connected) return;
    for (const listener of this.#any) listener(name, ...args);
  }
}

export class FakeServer {
  isUp = true;
  attempts = [];
  sockets = [];
  engineClosed = [];
  buffered = [];
  heard = [];
  history = [];
  entities = new Map();
  done = new Map();
  forbidden = new Set();
  answers = {};
  refuses = () => null;
  isMute = false;
  #seq = 0;
  #ids = 0;

  constructor(clock = new Clock()) {
    this.clock = clock;
    this.io = (url, options) => {
      const socket = new FakeSocket(this, url, options);
      this.sockets.push(socket);
      return socket;
    };
  }

  said(name) {
    return this.heard.filter((message) => message.name === name).map(({ payload }) => payload);
  }

  mutations() {
    return this.said('entity:mutate');
  }

  async hear(socket, name, payload, ack) {
    this.heard.push({ socket, name, payload, at: this.clock.now() });
    await undefined;
    const answer = this.answers[name]?.(payload, socket, ack) ?? this.#answer(socket, name, payload, ack);
    if (answer !== NEVER) ack(answer);
  }

  #answer(socket, name, payload, ack) {
    if (name === 'subscribe:features') return this.#subscribe(socket, payload, ack);
    if (name === 'entity:sync') return this.picture();
    if (name === 'entity:mutate') return this.mutate(payload);
    if (name === 'room:replay') return this.#replay(socket, payload, ack);
    return { ok: true };
  }

  #subscribe(socket, { features, entities = [], fromEventIds = {} }, ack) {
    const asked = features.flatMap((feature) => [`feature:${feature}`, ...entities.map((entity) => `feature:${feature}:entity:${entity}`)]);
    const rooms = asked.filter((room) => !this.forbidden.has(room));
    const denied = asked.filter((room) => this.forbidden.has(room)).map((room) => ({ room, code: 'PERMISSION_DENIED', correlationId: 'c-1' }));
    for (const room of rooms) socket.rooms.add(room);
    for (const refusal of denied) socket.receive('permission_denied', { ...refusal, action: 'subscribe' });
    ack({ ok: true, features, entities, rooms, denied, lastEventIds: this.lastEventIds(features), timestamp: 'now' });
    for (const [room, fromEventId] of Object.entries(fromEventIds)) this.replay(socket, room, fromEventId);
    return NEVER;
  }

  lastEventIds = () => (this.head ? { 'feature:users': this.head } : {});

  #replay(socket, { room, fromEventId }, ack) {
    ack({ ok: true });
    this.replay(socket, room, fromEventId);
    return NEVER;
  }

  replay(socket, room, fromEventId) {
    const missed = this.history.filter(({ meta }) => meta.eventId > fromEventId);
    socket.receive('event:replay:start', { room, fromEventId, toEventId: this.head, count: missed.length });
    for (const event of missed) this.send(socket, { ...event, meta: { ...event.meta, replay: true } });
    socket.receive('event:replay:complete', { room, fromEventId, lastEventId: this.head, replayedCount: missed.length, mode: 'incremental' });
  }

  get head() {
    return this.history.at(-1)?.meta.eventId ?? null;
  }

  picture() {
    return { ok: true, items: [...this.entities].map(([id, { version, data }]) => ({ id, version, data: { ...data } })), lastEventId: this.head };
  }

  /** What somebody else does; the answer is the event. */
  elsewhere(action, data, opId = `theirs-${this.#seq}`) {
    const { id } = data;
    const version = (this.entities.get(id)?.version ?? 0) + 1;
    if (action === 'deleted') this.entities.delete(id);
    else this.entities.set(id, { version, data: { ...this.entities.get(id)?.data, ...data } });
    return this.tell(action, action === 'deleted' ? { id } : { ...this.entities.get(id).data }, { opId, version });
  }

  mutate({ opId, action, id, data, baseVersion }) {
    if (this.done.has(opId)) return this.done.get(opId);
    const at = action === 'create' ? (data.id ?? `srv-${(this.#ids += 1)}`) : id;
    const known = this.entities.get(at);
    if (action !== 'create' && !known) return refusal('NOT_FOUND');
    if (baseVersion !== undefined && known && baseVersion < known.version) {
      return refusal('VERSION_CONFLICT', { current: { id: at, version: known.version, data: { ...known.data } } });
    }
    const event = this.elsewhere(`${action}d`, { ...data, id: at }, opId);
    const answer = { ok: true, eventId: event.meta.eventId, id: at, version: event.meta.version, data: event.data };
    this.done.set(opId, answer);
    return answer;
  }

  tell(action, data, meta = {}) {
    const event = this.make(action, data, meta);
    if (!this.isMute) for (const socket of this.sockets) if (socket.rooms.size > 0) this.send(socket, event);
    return event;
  }

  make(action, data, meta = {}) {
    this.#seq += 1;
    const eventId = `g1.${String(this.#seq).padStart(6, '0')}`;
    const event = { feature: 'users', entity: 'user', action, data, meta: { timestamp: 'now', eventId, prevEventId: this.head, ...meta } };
    this.history.push(event);
    return event;
  }

  send(socket, event) {
    socket.receive(`${event.feature}.${event.entity}.${event.action}`, event, event.meta.eventId);
  }
}

export const refusal = (code, more = {}) => ({ ok: false, error: { code, message: code, statusCode: 400, correlationId: 'corr-7', timestamp: 'now', ...more } });

let opIds = 0;
const newId = () => `op-${(opIds += 1)}`;

export function client(server, options = {}) {
  const made = createRealtimeClient('http://gateway', { io: server.io, clock: server.clock, random: () => 0.5, newId, ...options });
  return Object.assign(made, { socket: server.sockets.at(-1) });
}

/** A page with one connection and the users; `connected` unless told otherwise. */
export async function page(server, { isConnected = true, options = {}, manager = {} } = {}) {
  const storage = options.storage ?? memoryStorage();
  const realtime = client(server, { ...options, storage });
  const users = createStateManager(realtime, { feature: 'users', entity: 'user', ...manager });
  if (isConnected) await realtime.connect();
  await settled();
  return { realtime, users, storage, socket: realtime.socket, heard: record(users) };
}

/** A page that has a picture of `entities`. */
export async function syncedPage(server, entities, more) {
  for (const entity of entities) server.elsewhere('created', entity);
  const made = await page(server, more);
  await made.users.syncWithServer();
  return made;
}

function record(users) {
  const told = [];
  users.subscribe((event) => told.push(event));
  return { all: told, of: (type) => told.filter((event) => event.type === type) };
}

export const ada = (more = {}) => ({ id: '123', name: 'Ada', city: 'London', ...more });

/** What the tabs of one browser share: locks and channels. */
export function browser() {
  const channels = new Set();
  const queues = new Map();
  class Channel {
    constructor(name) {
      this.name = name;
      channels.add(this);
    }

    postMessage(message) {
      const data = structuredClone(message);
      for (const other of channels) if (other !== this && other.name === this.name) queueMicrotask(() => channels.has(other) && other.onmessage?.({ data }));
    }

    close() {
      channels.delete(this);
    }
  }
  const locks = {
    request: (name, { signal }, deed) => {
      const before = queues.get(name) ?? Promise.resolve();
      const held = before.then(() => (signal.aborted ? undefined : deed()));
      queues.set(name, held.catch(() => {}));
      return held;
    },
  };
  return { tabs: { locks, Channel }, storage: memoryStorage() };
}
