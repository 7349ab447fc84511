// The entities of one kind: what the server says, what we have done to them since, and what is shown of both.

import { Emitter } from './emitter.js';
import { isPassing, RealtimeError } from './environment.js';
import { Tabs } from './leader.js';
import { applyAnswer, applyEvent, changedFields, combine, enqueue, fieldsOf, fold, isUnsent, meeting, temporaryId } from './operations.js';
import { asMutation, Outbox, QUEUE_MAX } from './outbox.js';

const CHANGES = new Set(['created', 'updated', 'deleted']);
const RESYNC_MIN_MS = 1000;
const RESYNC_MAX_MS = 30_000;
const REMEMBERED_MAX = 2000; // own operations whose events may still come: more than a queue holds
const HTTP_CODES = {
  400: 'VALIDATION_ERROR', 401: 'TOKEN_EXPIRED', 403: 'PERMISSION_DENIED', 404: 'NOT_FOUND', 409: 'VERSION_CONFLICT', 422: 'VALIDATION_ERROR',
  429: 'RATE_LIMIT_EXCEEDED',
};

export function createStateManager(client, options) {
  return new StateManager(client, options);
}

class StateManager {
  #client;
  #http;
  #settings;
  #outbox;
  #emitter = new Emitter();
  #endings = [];
  #base = new Map();
  #asOf = null;
  #seen = null;
  #local = null;
  #isTelling = false;
  #conflicts = new Map();
  #outcomes = new Map();
  #aliases = new Map();
  #mine = new Map();
  #settled = new Map();
  #tabs = null;
  #recorded = null;
  #syncing = null;
  #resyncAttempts = 0;
  #gaps = 0;
  #needsSync = false;
  #isFresh = false;
  #freshAt = null;
  #lastSync = null;
  #ready;

  constructor(client, { feature, entity, fetchAll, create, update, remove, mergePolicy, cacheTtlMs = 60_000, retryAttempts = 3,
    offlinePolicy = client.settings.offlinePolicy, storage = client.settings.storage, tabs = client.settings.tabs }) {
    this.#client = client;
    this.#http = { fetchAll, create, update, delete: remove };
    this.#settings = { ...client.settings, feature, entity, mergePolicy, cacheTtlMs, offlinePolicy };
    const key = ['muster.queue', client.settings.scope, feature, entity].filter(Boolean).join('.');
    const store = {
      load: async () => storage.get(key),
      save: async (ops) => (ops.length > 0 ? storage.set(key, ops) : storage.remove(key)),
    };
    const { clock, random, newId } = client.settings;
    this.#outbox = new Outbox(store, { clock, random, retryAttempts, way: (op) => this.#way(op), send: (op, way) => this.#send(op, way) }, {
      changed: () => this.#changed(),
      answered: (op, answer) => this.#answered(op, answer),
      failed: (error) => this.#emitter.emit('error', { type: 'error', code: 'STORAGE_FAILED', error }),
    });
    if (tabs) this.#share(key, { newId, ...(tabs === true ? {} : tabs) });
    this.#ready = this.#begin();
  }

  // What is shown.

  localState() {
    this.#local ??= [...fold(this.#base, this.#outbox.ops).values()];
    return this.#local;
  }

  serverState() {
    return [...this.#base.values()].map(({ entity }) => entity);
  }

  pendingOperations() {
    return this.#outbox.ops.map((op) => ({ ...op }));
  }

  conflicts() {
    return [...this.#conflicts.values()];
  }

  hasConflicts() {
    return this.#conflicts.size > 0;
  }

  hasPendingOperations() {
    return this.#outbox.ops.length > 0;
  }

  isLoading() {
    return this.#syncing !== null;
  }

  isConnected() {
    return this.#client.isConnected();
  }

  /** Milliseconds since the epoch, or null. */
  lastSync() {
    return this.#lastSync;
  }

  /** `pending` is on its way, `dirty` waits for one. */
  syncStatus() {
    if (this.isLoading()) return 'syncing';
    if (this.hasConflicts()) return 'conflict';
    if (this.#outbox.ops.some(({ state }) => state === 'sent' || state === 'acknowledged')) return 'pending';
    return this.hasPendingOperations() ? 'dirty' : 'clean';
  }

  /** The listener gets `{ type }`: changed, confirmed, rolledBack, conflict, synced or error. */
  subscribe(listener) {
    return this.#emitter.on('*', listener);
  }

  on(type, listener) {
    return this.#emitter.on(type, listener);
  }

  // What people do.

  optimisticCreate(data) {
    const opId = this.#settings.newId();
    const id = data.id === undefined ? temporaryId(opId) : String(data.id);
    return this.#enqueue({ opId, action: 'create', id, data: { ...data } });
  }

  optimisticUpdate(id, patch) {
    return this.#enqueue({ opId: this.#settings.newId(), action: 'update', id: this.#idOf(id), data: { ...patch } });
  }

  optimisticDelete(id) {
    return this.#enqueue({ opId: this.#settings.newId(), action: 'delete', id: this.#idOf(id) });
  }

  /**
   * `accept_server` forgets our edit, `accept_local` makes it again on top of what the server has now, `merge` writes
   * what the caller has made of both. Resolves with the new operation, if there is one.
   */
  async resolveConflict(id, choice, merged) {
    const made = await this.#byOwner('resolve', [this.#idOf(id), choice, merged]);
    return made && { opId: made.opId, entity: this.#find(this.#idOf(id)) ?? null, confirmed: this.#outcomeOf(made.opId) };
  }

  /** What the server has accepted stays; what is on its way may still arrive, and then comes as anybody's change. */
  async cancelPendingOperations(opId) {
    return this.#byOwner('cancel', [opId]);
  }

  /** Ours wins over every conflict, and what had been given up is tried again. Resolves with the outcomes. */
  async forcePushToServer() {
    const opIds = await this.#byOwner('force', []);
    return Promise.all(opIds.map((opId) => this.#outcomeOf(opId)));
  }

  async reset() {
    await this.#ready;
    await this.#byOwner('forget', []);
    this.#gaps += 1; // a picture that is on its way is of before
    this.#base.clear();
    this.#aliases.clear();
    this.#asOf = this.#seen = this.#lastSync = this.#freshAt = null;
    this.#isFresh = this.#needsSync = false;
    this.#changed();
  }

  lock(id) {
    return this.#client.lock(this.#settings.feature, this.#settings.entity, this.#idOf(id));
  }

  unlock(id) {
    return this.#client.unlock(this.#settings.feature, this.#settings.entity, this.#idOf(id));
  }

  /** Ends listening; the queue stays stored for the next one. */
  close() {
    for (const end of this.#endings.splice(0)) end();
    this.#tabs?.close();
  }

  // Reading.

  /** While connected the stream keeps what is here fresh; the time to live is for when it does not. */
  async loadEntities() {
    await this.#ready;
    if (this.isConnected()) return this.#isFresh ? this.localState() : this.syncWithServer();
    if (this.#freshAt !== null && this.#settings.clock.now() - this.#freshAt <= this.#settings.cacheTtlMs) return this.localState();
    if (this.#http.fetchAll) return this.syncWithServer();
    this.#needsSync = true;
    if (this.#freshAt !== null) return this.localState();
    throw unavailable('loadEntities');
  }

  /** A new picture in any case. Resolves with what is then shown. */
  syncWithServer() {
    if (!this.#syncing) {
      this.#syncing = this.#sync().finally(() => {
        this.#syncing = null;
        this.#changed();
      });
      this.#changed();
    }
    return this.#syncing;
  }

  async #sync() {
    await this.#ready;
    for (;;) {
      const gaps = this.#gaps;
      await this.#fetch();
      // What was missed while the picture was on its way may be missing in it.
      if (gaps === this.#gaps) break;
    }
    this.#lastSync = this.#freshAt = this.#settings.clock.now();
    this.#emitter.emit('synced', { type: 'synced' });
    return this.localState();
  }

  async #fetch() {
    const { fetchAll } = this.#http;
    if (!this.isConnected() && fetchAll) return this.#fetchByHttp();
    try {
      await this.#fetchBySocket();
    } catch (error) {
      if (!fetchAll || !isPassing(error)) throw error;
      await this.#fetchByHttp();
    }
  }

  async #fetchBySocket() {
    const { feature, entity } = this.#settings;
    // Listen before asking for the picture, or a change in between would be lost.
    await this.#client.answered(feature);
    this.#recorded = [];
    try {
      const { items, lastEventId } = await this.#client.request('entity:sync', { feature, entity });
      this.#takePicture(items.map(({ id, version, data }) => [String(id), { entity: { id, ...data }, version }]), lastEventId);
      this.#isFresh = this.#client.hears(feature, entity);
      this.#needsSync = false;
    } finally {
      this.#recorded = null;
    }
  }

  async #fetchByHttp() {
    this.#recorded = [];
    try {
      const items = await this.#http.fetchAll();
      this.#takePicture(items.map((item) => [String(item.id), { entity: item, version: item.version }]), null);
      this.#needsSync = !this.#client.isConnected();
      // Applications that keep their own records have no picture to give by socket; the stream follows theirs as well.
      this.#isFresh = this.#client.hears(this.#settings.feature, this.#settings.entity);
    } catch (error) {
      throw asRefusal(error);
    } finally {
      this.#recorded = null;
    }
  }

  #takePicture(items, lastEventId) {
    this.#base = new Map(items);
    this.#asOf = lastEventId ?? null;
    if (lastEventId) this.#seen = later(this.#seen, lastEventId);
    for (const event of this.#recorded) if (!this.#isInPicture(event)) applyEvent(this.#base, event);
    this.#dropOvertaken();
    this.#outbox.replace(this.#outbox.ops.map((op) => ({ ...op, gone: this.#isGone(op) })));
  }

  #isGone({ action, id }) {
    return action === 'update' && !this.#base.has(id) && !this.#outbox.ops.some((op) => op.action === 'create' && op.id === id);
  }

  #isInPicture({ meta: { eventId } }) {
    return this.#asOf !== null && eventId !== undefined && eventId <= this.#asOf;
  }

  // The stream.

  async #begin() {
    const { feature, entity } = this.#settings;
    this.#endings = [
      this.#client.on(`${feature}.${entity}.*`, (event) => this.#hear(event)),
      this.#client.on('resync', (told) => told.feature === feature && this.#missed()),
      this.#client.on('subscribed', (told) => told.feature === feature && this.#opened()),
      this.#client.status$.subscribe((status) => this.#moved(status)),
    ];
    this.#client.subscribe(this.#room()).catch(() => {}); // who may not listen is told by permission_denied
    if (!this.#outbox.isMirror) await this.#own();
  }

  async #own() {
    await this.#outbox.load().catch((error) => this.#emitter.emit('error', { type: 'error', code: 'STORAGE_FAILED', error }));
    for (const { opId } of this.#outbox.ops) this.#remember(opId);
    this.#changed();
    this.#outbox.flush();
  }

  #room() {
    return { features: [this.#settings.feature], entities: [this.#settings.entity] };
  }

  #opened() {
    this.#outbox.reopened();
    if (this.#needsSync) this.#syncByItself();
  }

  #moved(status) {
    if (status !== 'connected' && this.#isFresh) this.#freshAt = this.#settings.clock.now();
    this.#outbox?.flush();
    this.#changed();
  }

  #missed() {
    this.#gaps += 1;
    this.#asOf = this.#seen = null; // ids of a room that was wiped do not compare with those of before
    this.#isFresh = false;
    this.#needsSync = true;
    if (this.#client.isAnswered(this.#settings.feature)) this.#syncByItself();
  }

  /** Nobody waits for it, so it is tried until it succeeds, or the next connection begins anew. */
  #syncByItself() {
    this.syncWithServer().then(
      () => void (this.#resyncAttempts = 0),
      (error) => this.#syncAgain(error),
    );
  }

  #syncAgain(error) {
    this.#emitter.emit('error', { type: 'error', code: error.code, error });
    if (!isPassing(error) || !this.isConnected()) return;
    const wait = Math.min(RESYNC_MIN_MS * 2 ** this.#resyncAttempts, RESYNC_MAX_MS);
    this.#resyncAttempts += 1;
    this.#settings.clock.setTimeout(() => this.#needsSync && this.isConnected() && this.#syncByItself(), error.retryAfterMs ?? wait);
  }

  #hear(event) {
    if (!event?.meta || !CHANGES.has(event.action) || event.data?.id === undefined) return;
    this.#recorded?.push(event);
    const mine = event.meta.opId && this.#outbox.find(event.meta.opId);
    if (mine) this.#echoed(mine, event);
    else if (!this.#isInPicture(event)) this.#changedByOthers(event);
    if (event.meta.eventId) this.#seen = later(this.#seen, event.meta.eventId);
    this.#dropOvertaken();
    this.#changed();
  }

  #echoed(op, event) {
    const { data, meta } = event;
    this.#rename(op.id, String(data.id));
    if (!this.#isInPicture(event)) applyEvent(this.#base, event);
    this.#finish(op.opId, String(data.id), meta.version);
    this.#settle(op.opId, { ok: true, eventId: meta.eventId, id: data.id, version: meta.version, data });
  }

  #changedByOthers(event) {
    const id = String(event.data.id);
    const known = this.#base.get(id)?.entity;
    // An operation that the server has accepted stands after this event already.
    const ours = this.#mine.has(event.meta.opId) ? [] : this.#outbox.ops.filter((op) => op.id === id && op.state !== 'acknowledged');
    const met = ours.map((op) => ({ op, fields: meeting(op, event, known) })).filter(({ fields }) => fields !== null);
    const shown = met.length > 0 ? this.#find(id) ?? known : null;
    applyEvent(this.#base, event);
    if (this.#outbox.isMirror) return; // the owner judges
    if (event.action === 'deleted') this.#goneByOthers(ours);
    for (const { op, fields } of met) this.#conflict(op, { fields, shown });
  }

  #goneByOthers(ours) {
    for (const op of ours) {
      if (op.action !== 'delete') this.#outbox.change(op.opId, { gone: true });
      else if (isUnsent(op)) this.#done(op, { ok: true, id: op.id });
    }
  }

  #conflict(op, { fields, shown, correlationId }) {
    const server = this.#base.get(op.id);
    const before = this.#conflicts.get(op.id);
    const conflict = {
      id: op.id, opId: op.opId, action: op.action, conflictedFields: fields,
      localVersion: shown ?? before?.localVersion ?? null, serverVersion: server?.entity ?? null,
      baseVersion: op.baseVersion, currentVersion: server?.version,
      timestamp: this.#settings.clock.now(), ...(correlationId ? { correlationId } : {}),
    };
    this.#conflicts.set(op.id, conflict);
    // What may have reached the server goes on until the server has said what became of it.
    if (isUnsent(op)) this.#outbox.change(op.opId, { state: 'conflict' });
    this.#emitter.emit('conflict', { type: 'conflict', ...conflict });
  }

  // Operations.

  async #enqueue(op) {
    await this.#ready;
    this.#admit(op);
    const into = await this.#byOwner('enqueue', [this.#made(op)]);
    const confirmed = into === null ? Promise.resolve({ ok: true, id: op.id }) : this.#outcomeOf(into);
    return { opId: into ?? op.opId, entity: this.#find(this.#idOf(op.id)) ?? null, confirmed };
  }

  /** On top of what is known of the entity now. */
  #made(op) {
    const baseVersion = op.action === 'create' ? undefined : this.#base.get(op.id)?.version;
    return { ...op, state: 'queued', ...(baseVersion === undefined ? {} : { baseVersion }), createdAt: this.#settings.clock.now() };
  }

  #admit({ action, id }) {
    if (this.#settings.offlinePolicy === 'fail' && !this.isConnected()) throw unavailable('this operation');
    if (this.#outbox.ops.length >= QUEUE_MAX) {
      throw new RealtimeError({ code: 'QUEUE_FULL', message: `${QUEUE_MAX} operations are waiting` });
    }
    const isDeleted = this.#outbox.ops.findLast((op) => op.id === id)?.action === 'delete';
    if (action !== 'create' && isDeleted) throw new RealtimeError({ code: 'NOT_FOUND', message: `${id} has been deleted here` });
  }

  /** Resolves with the operation that now stands for this one, or null when there is nothing left to be done. */
  async #store(op) {
    if (this.#mine.has(op.opId)) return op.opId; // asked a second time, by a tab whose former leader has ended
    this.#remember(op.opId);
    // The server may give the entity its id while this is being stored.
    const { into, replaced, vanished } = await this.#outbox.commit(op.id, (ops) => enqueue(ops, { ...op, id: this.#idOf(op.id) }));
    if (op.action === 'delete') this.#conflicts.delete(this.#idOf(op.id));
    for (const opId of vanished) this.#settle(opId, { ok: false, error: { code: 'CANCELLED', message: 'deleted before it was sent' } });
    for (const opId of replaced) this.#passOn(opId, into);
    this.#changed();
    return into;
  }

  #way(op) {
    const { feature, offlinePolicy } = this.#settings;
    if (this.#client.isAnswered(feature)) return 'socket';
    const byHttp = offlinePolicy === 'http' && !this.isConnected() && this.#http[op.action];
    // The server may know it from the socket, and would not recognise it when it came by another way.
    return byHttp && op.by !== 'socket' ? 'http' : null;
  }

  #send(op, way) {
    const { feature, entity, mergePolicy } = this.#settings;
    return way === 'http' ? this.#sendByHttp(op) : this.#client.ask('entity:mutate', asMutation(op, feature, entity, mergePolicy));
  }

  async #sendByHttp(op) {
    const { opId, baseVersion } = op;
    try {
      const said = await (op.action === 'create' ? this.#http.create(op.data, { opId })
        : op.action === 'update' ? this.#http.update(op.id, op.data, { opId, baseVersion })
        : this.#http.delete(op.id, { opId, baseVersion }));
      return { ok: true, id: said?.id ?? op.id, version: said?.version, data: said ?? undefined };
    } catch (error) {
      throw asRefusal(error);
    }
  }

  #answered(sent, answer) {
    const op = this.#outbox.find(sent.opId);
    if (!op) return this.#settle(sent.opId, answer);
    if (answer.ok !== false) this.#accepted(op, answer);
    else this.#refused(op, answer.error);
    this.#changed();
  }

  /** Acknowledged is not yet told: it stays laid over the server's state until the event is in it. */
  #accepted(op, { eventId, id = op.id, version, data }) {
    this.#rename(op.id, String(id));
    if (this.#conflicts.get(String(id))?.opId === op.opId) this.#conflicts.delete(String(id));
    this.#outbox.change(op.opId, { state: 'acknowledged', eventId, answer: { id, version, data } });
    this.#settle(op.opId, { ok: true, eventId, id, version, data });
    const willBeTold = op.by === 'socket' && eventId && this.#client.hears(this.#settings.feature, this.#settings.entity);
    if (!willBeTold) this.#land(op.opId);
    else if (!this.#dropOvertaken()) this.#settings.clock.setTimeout(() => this.#land(op.opId), this.#settings.ackTimeoutMs);
  }

  /** When no event tells what was accepted, the answer does. */
  #land(opId) {
    const op = this.#outbox.find(opId);
    if (op?.state !== 'acknowledged') return;
    applyAnswer(this.#base, op, op.answer);
    this.#finish(opId, op.id, op.answer.version);
    this.#changed();
  }

  /** What was accepted at or before an event that is in `base` is in it too. */
  #dropOvertaken() {
    const isOvertaken = ({ state, eventId }) => state === 'acknowledged' && eventId && this.#seen !== null && eventId <= this.#seen;
    const overtaken = this.#outbox.ops.filter(isOvertaken);
    for (const op of overtaken) {
      if (op.answer.version !== undefined && !(this.#asOf !== null && op.eventId <= this.#asOf)) applyAnswer(this.#base, op, op.answer);
      this.#finish(op.opId, op.id, op.answer.version);
    }
    return overtaken.length > 0;
  }

  #finish(opId, id, version) {
    if (this.#conflicts.get(id)?.opId === opId) this.#conflicts.delete(id);
    this.#outbox.drop(opId);
    this.#outbox.raise(id, version);
    this.#outbox.flush();
  }

  #refused(op, error) {
    if (error.code === 'VERSION_CONFLICT') return this.#outdated(op, error);
    if (error.code === 'DUPLICATE_OPERATION') return this.#doneBefore(op, error);
    if (error.code === 'NOT_FOUND' && op.action === 'delete') return this.#deletedBefore(op);
    this.#rollBack(op, error);
  }

  #outdated(op, { current, correlationId }) {
    const shown = this.#find(op.id) ?? null;
    if (current) applyAnswer(this.#base, { id: op.id, action: 'update' }, current);
    else if (current === null) this.#base.delete(op.id);
    const fields = op.action === 'delete' || !current ? fieldsOf(op) : changedFields(current.data, op.data);
    this.#outbox.change(op.opId, { state: 'conflict' });
    this.#conflict(op, { fields, shown, correlationId });
  }

  /** An answer got lost, and the server has forgotten what it was; a new picture shows what became of it. */
  #doneBefore(op, { current }) {
    if (current) {
      this.#rename(op.id, String(current.id));
      applyAnswer(this.#base, op, current);
    }
    this.#done(op, { ok: true, id: current?.id ?? op.id, version: current?.version, data: current?.data, duplicate: true });
    this.#missed();
  }

  #deletedBefore(op) {
    this.#base.delete(op.id);
    this.#done(op, { ok: true, id: op.id });
  }

  #done(op, outcome) {
    this.#conflicts.delete(op.id);
    this.#outbox.drop(op.opId);
    this.#settle(op.opId, outcome);
  }

  /** Taken out of the list, it is as if it had never been; what was made on top of a refused create goes with it. */
  #rollBack(op, error) {
    const fallen = op.action === 'create' ? this.#outbox.ops.filter(({ id }) => id === op.id) : [op];
    this.#abandon(fallen, error);
    const { code, message, correlationId, statusCode } = error;
    for (const { opId, action, id } of fallen) {
      const event = { type: 'rolledBack', opId, action, id, code, message, correlationId, statusCode };
      this.#emitter.emit('rolledBack', event);
      this.#tabs?.tell({ type: 'event', event });
    }
  }

  #abandon(ops, { code, message, correlationId, statusCode }) {
    for (const op of ops) this.#conflicts.delete(op.id);
    this.#outbox.drop(...ops.map(({ opId }) => opId));
    for (const { opId } of ops) this.#settle(opId, { ok: false, error: { code, message, correlationId, statusCode } });
    this.#outbox.flush();
    this.#changed();
  }

  // Conflicts.

  /** What is open for an entity; what is on its way or accepted is not ours to change any more. */
  #openFor({ id }) {
    return this.#outbox.ops.filter((op) => op.id === id && (isUnsent(op) || op.state === 'conflict'));
  }

  #resolve(id, choice, merged) {
    const conflict = this.#conflicts.get(id);
    if (!conflict) throw new RealtimeError({ code: 'NOT_FOUND', message: `no conflict of ${id}` });
    if (choice === 'accept_server') return this.#giveWay(conflict);
    if (choice === 'accept_local') return this.#insist(conflict);
    if (choice === 'merge' && merged) return this.#writeInstead(conflict, this.#mergedWrite(conflict, merged));
    throw new TypeError(`expected accept_local, accept_server, or merge with what is merged, not ${choice}`);
  }

  #giveWay(conflict) {
    const given = this.#outbox.ops.filter((op) => op.opId === conflict.opId || this.#openFor(conflict).includes(op));
    this.#conflicts.delete(conflict.id);
    const { correlationId } = conflict;
    this.#abandon(given, { code: 'VERSION_CONFLICT', message: 'the version of the server was accepted', correlationId });
  }

  #insist(conflict) {
    const open = this.#openFor(conflict);
    if (open.length > 0) return this.#writeInstead(conflict, this.#sameAgain(conflict, combine(open)));
    this.#conflicts.delete(conflict.id); // it is on its way; the answer will tell
    this.#changed();
    return undefined;
  }

  #sameAgain({ id, serverVersion, localVersion }, { action, data }) {
    if (action === 'delete') return { action };
    // What somebody has deleted can only be made again.
    if (serverVersion === null) return { action: 'create', data: { id, ...localVersion, ...data } };
    return { action: 'update', data };
  }

  #mergedWrite({ serverVersion, id }, merged) {
    if (serverVersion === null) return { action: 'create', data: { id, ...merged } };
    const changed = changedFields(serverVersion, merged);
    return { action: 'update', data: Object.fromEntries(changed.map((field) => [field, merged[field]])) };
  }

  /** A new operation, for the server has judged the old one; whoever waits for that one waits for this. */
  async #writeInstead(conflict, { action, data }) {
    const old = this.#outbox.ops.filter((op) => op.opId === conflict.opId || this.#openFor(conflict).includes(op));
    if (data && Object.keys(data).length === 0) return this.#giveWay(conflict);
    const opId = this.#settings.newId();
    this.#remember(opId);
    const op = this.#made({ opId, action, id: conflict.id, ...(data ? { data } : {}) });
    const oldIds = old.map((other) => other.opId);
    await this.#outbox.commit(conflict.id, (ops) => ({ ops: [...ops.filter((other) => !oldIds.includes(other.opId)), op] }));
    this.#conflicts.delete(conflict.id);
    for (const oldId of oldIds) this.#passOn(oldId, opId);
    this.#changed();
    return { opId };
  }

  #cancel(opId) {
    const cancelled = this.#outbox.ops.filter((op) => op.state !== 'acknowledged' && (opId === undefined || op.opId === opId));
    this.#abandon(cancelled, { code: 'CANCELLED', message: 'cancelPendingOperations() was called' });
    return cancelled.length;
  }

  async #force() {
    await this.#ready;
    if (!this.isConnected() && this.#settings.offlinePolicy !== 'http') throw unavailable('forcePushToServer');
    for (const conflict of this.conflicts()) await this.#insist(conflict);
    this.#outbox.reopened();
    return this.#outbox.ops.map(({ opId }) => opId);
  }

  #forget() {
    this.#abandon(this.#outbox.ops, { code: 'CANCELLED', message: 'reset() was called' });
    this.#conflicts.clear();
  }

  // Tabs: what changes the queue is done by the one that owns it, and the others show what it has.

  #share(key, settings) {
    this.#outbox.isMirror = true;
    this.#tabs = new Tabs(key, settings, {
      elected: () => this.#elected(),
      perform: (command, args) => this.#perform(command, args),
      told: (message) => this.#told(message),
    });
  }

  async #elected() {
    this.#conflicts.clear(); // they are sent again, and the server says again what it makes of them
    this.#outbox.isMirror = false;
    await this.#own();
  }

  #byOwner(command, args) {
    return this.#tabs ? this.#tabs.ask(command, args) : this.#do(command, args);
  }

  async #perform(command, args) {
    const result = await this.#do(command, args);
    this.#show(); // before the answer, so that who has asked sees it
    return result;
  }

  async #do(command, args) {
    if (command === 'enqueue') return this.#store(...args);
    if (command === 'resolve') return this.#resolve(...args);
    if (command === 'cancel') return this.#cancel(...args);
    if (command === 'force') return this.#force();
    return this.#forget();
  }

  #show() {
    if (!this.#tabs?.isLeader) return;
    this.#tabs.tell({ type: 'queue', ops: this.#outbox.ops, conflicts: [...this.#conflicts], aliases: [...this.#aliases] });
  }

  #told(message) {
    if (message.type === 'hello') this.#show();
    if (this.#tabs.isLeader) return;
    if (message.type === 'queue') this.#mirror(message);
    if (message.type === 'settled') this.#settle(message.opId, message.outcome);
    if (message.type === 'passedOn') this.#passOn(message.from, message.to);
    if (message.type === 'event') this.#emitter.emit(message.event.type, message.event);
  }

  #mirror({ ops, conflicts, aliases }) {
    const before = this.#conflicts;
    this.#conflicts = new Map(conflicts);
    this.#aliases = new Map([...this.#aliases, ...aliases]);
    for (const { opId } of ops) this.#remember(opId);
    this.#outbox.replace(ops);
    const unheard = conflicts.filter(([id, { opId }]) => before.get(id)?.opId !== opId);
    for (const [, conflict] of unheard) this.#emitter.emit('conflict', { type: 'conflict', ...conflict });
  }

  // Plumbing.

  #idOf(id) {
    return this.#aliases.get(String(id)) ?? String(id);
  }

  /** People may still hold the temporary id, so it stays known. */
  #rename(from, to) {
    if (from === to) return;
    this.#aliases.set(from, to);
    const conflict = this.#conflicts.get(from);
    if (conflict) this.#conflicts.set(to, { ...conflict, id: to });
    this.#conflicts.delete(from);
    this.#outbox.rename(from, to);
  }

  #remember(opId) {
    keep(this.#mine, opId, true);
  }

  #find(id) {
    return fold(this.#base, this.#outbox.ops).get(id);
  }

  /** Resolves with what the server has said, `ok` or not; it never rejects, since nobody has to wait for it. */
  #outcomeOf(opId) {
    if (this.#settled.has(opId)) return Promise.resolve(this.#settled.get(opId));
    return new Promise((resolve) => this.#outcomes.set(opId, [...(this.#outcomes.get(opId) ?? []), resolve]));
  }

  #passOn(from, to) {
    this.#outcomes.set(to, [...(this.#outcomes.get(to) ?? []), ...(this.#outcomes.get(from) ?? [])]);
    this.#outcomes.delete(from);
    if (this.#tabs?.isLeader) this.#tabs.tell({ type: 'passedOn', from, to });
  }

  #settle(opId, outcome) {
    if (this.#settled.has(opId)) return;
    keep(this.#settled, opId, outcome);
    for (const resolve of this.#outcomes.get(opId) ?? []) resolve(outcome);
    this.#outcomes.delete(opId);
    if (this.#tabs?.isLeader) this.#tabs.tell({ type: 'settled', opId, outcome });
    if (outcome.ok) this.#emitter.emit('confirmed', { type: 'confirmed', opId, ...outcome });
  }

  /** Told once for all changes of one moment. */
  #changed() {
    this.#local = null;
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      this.#show();
      this.#emitter.emit('changed', { type: 'changed' });
    });
  }
}

function keep(map, key, value) {
  map.set(key, value);
  if (map.size > REMEMBERED_MAX) map.delete(map.keys().next().value);
}

const later = (a, b) => (a === null || b > a ? b : a);
const unavailable = (what) => new RealtimeError({ code: 'UNAVAILABLE', message: `${what} needs a connection` });

/** What an adapter throws: an error with `code`, or with the `status` of the response. */
function asRefusal(error) {
  const statusCode = error?.statusCode ?? error?.status;
  const code = error?.code ?? HTTP_CODES[statusCode] ?? 'UNAVAILABLE';
  return new RealtimeError({ code, message: error?.message, statusCode, current: error?.current, retryAfterMs: error?.retryAfterMs });
}
