// One connection to the gateway: who it is, what it listens to, and what it has heard last.

import { Emitter, Watched } from './emitter.js';
import { isPassing, PASSING_STATUS, randomId, RealtimeError, systemClock } from './environment.js';
import { RoomFeed } from './room-feed.js';
import { memoryStorage } from './storage.js';

const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 30_000;
const PASSING_ENDS = new Set(['SERVER_SHUTTING_DOWN', 'SLOW_CONSUMER']);

export function createRealtimeClient(url, options = {}) {
  return new RealtimeClient(url, options);
}

class RealtimeClient {
  #socket;
  #emitter = new Emitter();
  #feeds = new Map();
  #wanted = new Map();
  #granted = new Set();
  #answered = new Set();
  #known = new Set();
  #asking = [];
  #isAsking = false;
  #connection = 0;
  #token;
  #connecting = null;
  #return = null;
  #pauses = new Set();
  #willPass = false;

  status$ = new Watched('disconnected');

  constructor(url, { io = globalThis.io, path = '/api/ws/', getToken, transports, storage = memoryStorage(), scope = '',
    offlinePolicy = 'queue', ackTimeoutMs = 5000, tabs = null, clock = systemClock, random = Math.random, newId = randomId } = {}) {
    if (typeof io !== 'function') throw new TypeError('createRealtimeClient needs the `io` of socket.io-client, as option or as a global');
    this.settings = { storage, scope, offlinePolicy, ackTimeoutMs, tabs, clock, random, newId };
    this.getToken = getToken;
    this.#socket = io(url, {
      path,
      ...(transports ? { transports } : {}),
      auth: (answer) => this.#credentials(answer),
      autoConnect: false,
      // The only loop that reconnects, and it never gives up.
      reconnection: true,
      reconnectionAttempts: Infinity,
      reconnectionDelay: RETRY_MIN_MS,
      reconnectionDelayMax: 10_000,
    });
    this.#listen();
  }

  /** Resolves when connected; rejects when the server says no for good, or disconnect() comes first. */
  connect(token) {
    if (token !== undefined) this.#token = token;
    if (this.isConnected()) return Promise.resolve();
    if (!this.#connecting) {
      this.#connecting = deferred();
      this.status$.set('connecting');
      this.#open();
    }
    return this.#connecting.promise;
  }

  disconnect() {
    this.#stopReturning();
    this.#socket.disconnect();
    this.#lost();
    this.#fail(new RealtimeError({ code: 'DISCONNECTED', message: 'disconnect() was called' }));
    this.status$.set('disconnected');
    this.#release();
  }

  get status() {
    return this.status$.value;
  }

  isConnected() {
    return this.status$.value === 'connected';
  }

  /**
   * Wanted from now on, over every reconnect. Resolves with what was granted; when nobody is connecting it is only
   * noted (`queued`), or `await subscribe()` before `connect()` would wait for ever.
   */
  subscribe({ features, entities = [] }) {
    for (const feature of features) this.#wanted.set(feature, new Set([...(this.#wanted.get(feature) ?? []), ...entities]));
    if (isAtRest(this.status)) return Promise.resolve({ rooms: [], denied: [], queued: true });
    const call = { features, entities, ...deferred() };
    this.#asking.push(call);
    this.#askSoon();
    return call.promise;
  }

  async unsubscribe({ features, entities }) {
    for (const feature of features) this.#unwant(feature, entities);
    if (this.isConnected()) await this.request('unsubscribe:features', { features, ...(entities ? { entities } : {}) });
  }

  /** `users.user.*`, `users.**`, or the name of any other event. The listener gets the event and its name. */
  on(pattern, listener) {
    return this.#emitter.on(pattern, listener);
  }

  lastEventId(room) {
    return this.#feeds.get(featureOf(room))?.last ?? undefined;
  }

  stats() {
    return this.request('get_stats', {});
  }

  lock(feature, entity, id) {
    return this.request('entity:lock', { feature, entity, id });
  }

  unlock(feature, entity, id) {
    return this.request('entity:unlock', { feature, entity, id });
  }

  /** Whether the server has answered the subscription of a feature on this connection, with whatever answer. */
  isAnswered(feature) {
    return this.isConnected() && this.#answered.has(feature);
  }

  /** Until the server has answered it, or nobody is connecting any more. */
  answered(feature) {
    if (this.isAnswered(feature)) return Promise.resolve();
    return new Promise((resolve) => {
      const ends = [
        this.#emitter.on('subscribed', (told) => told.feature === feature && done()),
        this.#emitter.on('ended', () => done()),
      ];
      const done = () => {
        for (const end of ends) end();
        resolve();
      };
      if (isAtRest(this.status)) done();
    });
  }

  hears(feature, entity) {
    return this.isConnected() && (this.#granted.has(`feature:${feature}`) || this.#granted.has(`feature:${feature}:entity:${entity}`));
  }

  /** The positive answer, or a RealtimeError: what the server says, `TIMEOUT` or `DISCONNECTED`. */
  async request(name, payload) {
    const answer = await this.ask(name, payload);
    if (answer?.ok === false) throw new RealtimeError(answer.error ?? { code: 'INTERNAL_ERROR' });
    return answer;
  }

  /** The answer as it is. What cannot be sent now is refused now: socket.io's buffer would send it a second time later. */
  async ask(name, payload) {
    if (!this.isConnected() || !this.#socket.connected) {
      throw new RealtimeError({ code: 'DISCONNECTED', message: `${name} needs a connection` });
    }
    const connection = this.#connection;
    try {
      return await this.#socket.timeout(this.settings.ackTimeoutMs).emitWithAck(name, payload);
    } catch (error) {
      const code = connection === this.#connection && this.isConnected() ? 'TIMEOUT' : 'DISCONNECTED';
      throw new RealtimeError({ code, message: `${name}: ${error?.message ?? code}` });
    }
  }

  // The connection.

  #listen() {
    const socket = this.#socket;
    socket.on('connect', () => this.#connected());
    socket.on('disconnect', (reason) => this.#disconnected(reason));
    socket.on('connect_error', (error) => this.#refused(error));
    socket.onAny((name, ...args) => this.#hear(name, args[0]));
  }

  async #credentials(answer) {
    try {
      const token = await (this.#token ?? this.getToken?.());
      answer(token === undefined ? {} : { token });
    } catch (error) {
      // Without a token there is nothing to ask for yet. The transport ends, and socket.io's own loop comes back.
      this.#emitter.emit('error', { code: 'TOKEN_UNAVAILABLE', message: String(error?.message ?? error) });
      this.#socket.io.engine.close();
    }
  }

  #open() {
    this.#willPass = false;
    this.#socket.connect();
  }

  #connected() {
    this.#connection += 1;
    this.#granted.clear();
    this.#answered.clear();
    this.status$.set('connected');
    this.#connecting?.resolve();
    this.#connecting = null;
    this.#resubscribe();
    this.#emitter.emit('connected', {});
  }

  #disconnected(reason) {
    this.#lost();
    if (reason === 'io client disconnect') return;
    if (this.#socket.active) this.status$.set('reconnecting');
    else if (this.#willPass) this.#returnLater('reconnecting');
    else this.#end(new RealtimeError({ code: 'DISCONNECTED', message: reason }));
    this.#emitter.emit('disconnected', { reason });
  }

  #refused(error) {
    const refusal = new RealtimeError({ code: 'CONNECT_ERROR', message: error.message, ...error.data });
    this.#emitter.emit('connect_error', refusal);
    if (this.#socket.active) return;
    if (!PASSING_STATUS.has(refusal.statusCode)) return this.#end(refusal);
    this.#returnLater(this.#connection === 0 ? 'connecting' : 'reconnecting', refusal.retryAfterMs);
  }

  /** A server that says no ends socket.io's loop. When the reason will pass, it is started again, once, later. */
  #returnLater(status, ms = RETRY_MIN_MS) {
    const { clock, random } = this.settings;
    this.#stopReturning();
    this.status$.set(status);
    this.#return = clock.setTimeout(() => this.#open(), ms * (1 + random()));
  }

  #stopReturning() {
    this.settings.clock.clearTimeout(this.#return);
  }

  #end(error) {
    this.status$.set('error');
    this.#fail(error);
    this.#release();
  }

  #fail(error) {
    this.#connecting?.reject(error);
    this.#connecting = null;
  }

  #lost() {
    // What socket.io has kept of this connection would be sent on the next one, beside our own second attempt.
    this.#socket.sendBuffer.length = 0;
    this.#connection += 1;
    this.#granted.clear();
    this.#answered.clear();
    for (const end of [...this.#pauses]) end();
    for (const feed of this.#feeds.values()) feed.disconnected();
  }

  // Subscriptions.

  #resubscribe() {
    const calls = this.#asking.splice(0);
    this.#askFor(new Map(this.#wanted), calls);
  }

  /** Calls of one moment are one message, where their entities allow it. */
  #askSoon() {
    if (this.#isAsking || !this.isConnected()) return;
    this.#isAsking = true;
    queueMicrotask(() => {
      this.#isAsking = false;
      if (!this.isConnected()) return;
      const calls = this.#asking.splice(0);
      const asked = new Map();
      for (const feature of calls.flatMap(({ features }) => features)) asked.set(feature, this.#wanted.get(feature) ?? new Set());
      this.#askFor(asked, calls);
    });
  }

  async #askFor(asked, calls) {
    const connection = this.#connection;
    try {
      const answers = await Promise.all(messages(asked).map((message) => this.#askUntilAnswered(message)));
      for (const call of calls) call.resolve(shareOf(call, answers));
    } catch (error) {
      if (connection === this.#connection) for (const call of calls) call.reject(error);
      else this.#askAgain(calls);
    }
  }

  /** The connection has ended over the question; the next one may be there already. */
  #askAgain(calls) {
    this.#asking.push(...calls);
    if (isAtRest(this.status)) this.#release();
    else this.#askSoon();
  }

  async #askUntilAnswered(message) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return this.#subscribed(message, await this.request('subscribe:features', this.#withLastIds(message)));
      } catch (error) {
        if (error.code === 'DISCONNECTED') throw error;
        if (!isPassing(error)) return this.#notSubscribed(message, error);
        await this.#pause(error.retryAfterMs ?? Math.min(RETRY_MIN_MS * 2 ** attempt, RETRY_MAX_MS));
      }
    }
  }

  #pause(ms) {
    const { clock } = this.settings;
    return new Promise((resolve, reject) => {
      const end = () => {
        clock.clearTimeout(timer);
        this.#pauses.delete(end);
        reject(new RealtimeError({ code: 'DISCONNECTED' }));
      };
      const timer = clock.setTimeout(() => {
        this.#pauses.delete(end);
        resolve();
      }, ms);
      this.#pauses.add(end);
    });
  }

  #withLastIds(message) {
    const seen = message.features.filter((feature) => this.#feeds.get(feature)?.last && !this.#answered.has(feature));
    if (seen.length === 0) return message;
    return { ...message, fromEventIds: Object.fromEntries(seen.map((feature) => [`feature:${feature}`, this.#feeds.get(feature).last])) };
  }

  #subscribed({ features }, { rooms = [], denied = [], lastEventIds = {} }) {
    for (const room of rooms) this.#granted.add(room);
    const blind = features.filter((feature) => this.#known.has(feature) && !this.#answered.has(feature) && !this.#feeds.get(feature)?.last);
    for (const feature of features) this.#answered.add(feature);
    for (const [room, eventId] of Object.entries(lastEventIds)) this.#feed(featureOf(room)).startAt(eventId);
    for (const room of rooms) this.#known.add(featureOf(room));
    for (const feature of features) this.#emitter.emit('subscribed', { feature, rooms, denied });
    // Nothing was seen of it before, so nobody could be asked what has been missed since.
    for (const feature of blind) this.#emitter.emit('resync', { feature, reason: 'unknown' });
    return { rooms, denied };
  }

  #notSubscribed({ features }, error) {
    for (const feature of features) this.#answered.add(feature);
    for (const feature of features) this.#emitter.emit('subscribed', { feature, rooms: [], denied: [] });
    throw error;
  }

  #unwant(feature, entities) {
    const rest = new Set([...(this.#wanted.get(feature) ?? [])].filter((entity) => entities && !entities.includes(entity)));
    if (rest.size > 0) return void this.#wanted.set(feature, rest);
    for (const known of [this.#wanted, this.#feeds, this.#known, this.#answered]) known.delete(feature);
    for (const room of [...this.#granted]) if (featureOf(room) === feature) this.#granted.delete(room);
  }

  /** Who waits for an answer that will not come now; what they want stays noted. */
  #release() {
    this.#emitter.emit('ended', {});
    for (const { resolve } of this.#asking.splice(0)) resolve({ rooms: [], denied: [], queued: true });
  }

  // What is heard. A further argument, if any, is the offset of socket.io's own resume, and nobody's business here.

  #hear(name, payload) {
    if (payload?.meta?.eventId && payload.feature) return this.#hearEvent(payload);
    if (name === 'event:replay:complete') this.#replayed(featureOf(payload.room), payload);
    if (name === 'event:replay:reset') this.#reset(featureOf(payload.room), payload);
    if (name === 'server:shutdown' || PASSING_ENDS.has(payload?.code)) this.#willPass = true;
    if (name === 'session.revoked') this.#willPass = false;
    this.#emitter.emit(name, payload);
  }

  #replayed(feature, { lastEventId }) {
    this.#tell(feature, this.#feed(feature).complete(lastEventId));
  }

  #reset(feature, { headEventId, reason }) {
    this.#tell(feature, this.#feed(feature).reset(headEventId), reason);
  }

  #hearEvent(event) {
    const told = this.#feed(event.feature).take(event);
    this.#tell(event.feature, told);
    if (told.hole) this.#fill(event.feature, told);
  }

  #tell(feature, { events, lost }, reason = 'hole') {
    if (lost) this.#emitter.emit('resync', { feature, reason });
    for (const event of events) this.#emitter.emit(`${event.feature}.${event.entity}.${event.action}`, event);
  }

  async #fill(feature, { replayFrom, hole }) {
    const feed = this.#feed(feature);
    try {
      await this.request('room:replay', { room: this.#roomOf(feature), fromEventId: replayFrom });
      await this.#pause(this.settings.ackTimeoutMs);
    } catch {
      // Not filled: below, everybody is asked to take a new picture.
    }
    if (this.#feeds.get(feature) === feed) this.#tell(feature, feed.giveUp(hole));
  }

  /** Who may hear only one entity of a feature may have only that replayed. */
  #roomOf(feature) {
    const whole = `feature:${feature}`;
    return this.#granted.has(whole) ? whole : ([...this.#granted].find((room) => featureOf(room) === feature) ?? whole);
  }

  #feed(feature) {
    if (!this.#feeds.has(feature)) this.#feeds.set(feature, new RoomFeed());
    return this.#feeds.get(feature);
  }
}

const isAtRest = (status) => status === 'disconnected' || status === 'error';

/** The views of a feature share the order, and the ids, of its room. */
const featureOf = (room = '') => room.split(':')[1] ?? room;

/** The server joins each feature with each entity, so only features that want the same entities go together. */
function messages(asked) {
  const groups = new Map();
  for (const [feature, entities] of asked) {
    const list = [...entities].sort();
    const group = JSON.stringify(list);
    if (!groups.has(group)) groups.set(group, { features: [], ...(list.length > 0 ? { entities: list } : {}) });
    groups.get(group).features.push(feature);
  }
  return [...groups.values()];
}

function shareOf({ features }, answers) {
  const rooms = answers.flatMap((answer) => answer.rooms).filter((room) => features.includes(featureOf(room)));
  const denied = answers.flatMap((answer) => answer.denied).filter(({ room }) => features.includes(featureOf(room)));
  return { rooms, denied };
}

function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  made.promise.catch(() => {}); // Whoever does not wait for it is told by the status.
  return made;
}
