import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { memoryStorage } from '../../../main/resources/web/client/index.js';
import { ada, FakeServer, NEVER, page, refusal, settled, syncedPage } from './fakes.mjs';

const KEY = 'muster.queue.users.user';

async function reconnect(socket) {
  socket.open();
  await settled();
}

/** A page that has Ada, and has made a change while it was away. */
async function away(server, edit, more) {
  const made = await syncedPage(server, [ada()], more);
  made.socket.drop();
  made.change = await edit(made.users);
  return made;
}

const renames = (name) => (users) => users.optimisticUpdate('123', { name });

describe('what is shown', () => {
  it('is the server state with what is pending laid over it', async () => {
    const { users } = await away(new FakeServer(), renames('Grace'));
    assert.deepEqual(users.localState(), [ada({ name: 'Grace' })]);
    assert.deepEqual(users.serverState(), [ada()]);
  });

  it('is the same list until something changes', async () => {
    const { users } = await syncedPage(new FakeServer(), [ada()]);
    const before = users.localState();
    assert.equal(users.localState(), before);
    await users.optimisticDelete('123');
    assert.notEqual(users.localState(), before);
  });

  it('keeps what is pending over a change of others', async () => {
    const server = new FakeServer();
    const { users, socket } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = () => NEVER;
    await users.optimisticUpdate('123', { name: 'Grace' });
    server.elsewhere('updated', { id: '123', city: 'Paris' });
    assert.deepEqual(users.localState(), [ada({ name: 'Grace', city: 'Paris' })]);
    assert.equal(socket.connected, true);
  });

  it('is told once for the changes of one moment', async () => {
    const server = new FakeServer();
    const { heard } = await syncedPage(server, [ada()]);
    await settled();
    const before = heard.of('changed').length;
    for (const city of ['Paris', 'Rome', 'Oslo']) server.elsewhere('updated', { id: '123', city });
    await settled();
    assert.equal(heard.of('changed').length, before + 1);
  });
});

describe('a change of others', () => {
  it('without anything pending is merged and no conflict', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.elsewhere('updated', { id: '123', name: 'Grace' });
    assert.deepEqual(users.localState(), [ada({ name: 'Grace' })]);
    assert.equal(users.hasConflicts(), false);
  });

  it('to other fields than a pending one is no conflict', async () => {
    const server = new FakeServer();
    const { users, socket } = await away(server, renames('Grace'));
    server.elsewhere('updated', { id: '123', city: 'Paris' });
    server.answers['entity:mutate'] = () => NEVER;
    await reconnect(socket);
    assert.equal(users.hasConflicts(), false);
    assert.deepEqual(users.localState(), [ada({ name: 'Grace', city: 'Paris' })]);
  });

  it('to another entity is no conflict', async () => {
    const server = new FakeServer();
    const { users, socket } = await away(server, renames('Grace'));
    server.elsewhere('created', { id: '9', name: 'Other' });
    await reconnect(socket);
    assert.equal(users.hasConflicts(), false);
  });

  it('to a field of a pending one is a conflict with both versions', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = () => NEVER;
    await users.optimisticUpdate('123', { name: 'Grace' });
    server.elsewhere('updated', { id: '123', name: 'Edith' });
    const [{ conflictedFields, localVersion, serverVersion, baseVersion, currentVersion }] = users.conflicts();
    assert.deepEqual({ conflictedFields, localVersion, serverVersion, baseVersion, currentVersion }, {
      conflictedFields: ['name'], localVersion: ada({ name: 'Grace' }), serverVersion: ada({ name: 'Edith' }), baseVersion: 1, currentVersion: 2,
    });
  });

  it('that deletes what is being edited is a conflict, and the entity is not shown any more', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = () => NEVER;
    await users.optimisticUpdate('123', { name: 'Grace' });
    server.elsewhere('deleted', { id: '123' });
    assert.equal(users.conflicts()[0].serverVersion, null);
    assert.deepEqual(users.localState(), []);
  });

  it('that deletes what is to be deleted here is what was wanted', async () => {
    const server = new FakeServer();
    const { users, socket, change } = await away(server, (list) => list.optimisticDelete('123'));
    // The replay comes while the queue still waits for the subscription.
    server.elsewhere('deleted', { id: '123' });
    await reconnect(socket);
    assert.equal((await change.confirmed).ok, true);
    assert.equal(users.hasConflicts() || users.hasPendingOperations(), false);
  });

  it('with some fields only is laid over what is known', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.tell('updated', { id: '123', city: 'Rome' }, { version: 2 });
    assert.deepEqual(users.localState(), [ada({ city: 'Rome' })]);
  });
});

describe('an echo', () => {
  it('is known by its opId and ends what is pending', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    const { opId, confirmed } = await users.optimisticUpdate('123', { name: 'Grace' });
    assert.deepEqual(await confirmed, { ok: true, eventId: server.head, id: '123', version: 2, data: ada({ name: 'Grace' }) });
    assert.equal(server.history.at(-1).meta.opId, opId);
    assert.deepEqual([users.hasPendingOperations(), users.hasConflicts(), users.syncStatus()], [false, false, 'clean']);
  });

  it('that comes before the answer ends it as well', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = (op) => (server.mutate(op), NEVER);
    const { confirmed } = await users.optimisticUpdate('123', { name: 'Grace' });
    assert.equal((await confirmed).version, 2);
    assert.equal(users.hasPendingOperations(), false);
  });

  it('is waited for after the answer', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.isMute = true;
    const { confirmed } = await users.optimisticUpdate('123', { name: 'Grace' });
    await confirmed;
    assert.equal(users.pendingOperations()[0].state, 'acknowledged');
    assert.deepEqual(users.localState(), [ada({ name: 'Grace' })]);
    assert.deepEqual(users.serverState(), [ada()]);
  });

  it('is not needed when a later event has come', async () => {
    const server = new FakeServer();
    const { users, socket } = await syncedPage(server, [ada()]);
    server.isMute = true;
    await (await users.optimisticUpdate('123', { name: 'Grace' })).confirmed;
    const later = server.make('created', { id: '9' }, { version: 1 });
    server.send(socket, { ...later, meta: { ...later.meta, prevEventId: undefined } });
    assert.equal(users.hasPendingOperations(), false);
    assert.deepEqual(users.serverState()[0], ada({ name: 'Grace' }));
  });

  it('that does not come is replaced by the answer after a while', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.isMute = true;
    await (await users.optimisticUpdate('123', { name: 'Grace' })).confirmed;
    await server.clock.advance(5000);
    assert.equal(users.hasPendingOperations(), false);
    assert.deepEqual(users.serverState(), [ada({ name: 'Grace' })]);
  });

  it('of a delete that does not come is replaced by the answer as well', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.isMute = true;
    await (await users.optimisticDelete('123')).confirmed;
    await server.clock.advance(5000);
    assert.deepEqual([users.serverState(), users.pendingOperations()], [[], []]);
  });

  it('stands after what others did before, so that is no conflict', async () => {
    const server = new FakeServer();
    const { users, socket } = await syncedPage(server, [ada()]);
    server.isMute = true;
    const theirs = server.elsewhere('updated', { id: '123', name: 'Edith' });
    const answer = { ok: true, eventId: 'g1.000009', id: '123', version: 3, data: ada({ name: 'Grace' }) };
    server.answers['entity:mutate'] = () => answer;
    await (await users.optimisticUpdate('123', { name: 'Grace' })).confirmed;
    server.send(socket, theirs);
    assert.equal(users.hasConflicts(), false);
    assert.deepEqual(users.localState(), [ada({ name: 'Grace' })]);
  });

  it('is not expected of a room that may not be heard', async () => {
    const server = new FakeServer();
    for (const room of ['feature:users', 'feature:users:entity:user']) server.forbidden.add(room);
    const { users } = await page(server);
    await (await users.optimisticCreate({ name: 'Ada' })).confirmed;
    assert.equal(users.hasPendingOperations(), false);
    assert.deepEqual(users.serverState(), [{ id: 'srv-1', name: 'Ada' }]);
  });
});

describe('an optimistic change', () => {
  it('resolves at once while away, and is shown', async () => {
    const { users, change } = await away(new FakeServer(), renames('Grace'));
    assert.deepEqual(change.entity, ada({ name: 'Grace' }));
    assert.equal(users.pendingOperations().length, 1);
    assert.equal(users.syncStatus(), 'dirty');
  });

  it('is stored before it is shown', async () => {
    const storage = memoryStorage();
    let store;
    const slow = { ...storage, set: (key, value) => new Promise((resolve) => (store = () => resolve(storage.set(key, value)))) };
    const { users } = await page(new FakeServer(), { isConnected: false, options: { storage: slow } });
    const made = users.optimisticCreate({ name: 'Ada' });
    await settled();
    assert.deepEqual(users.localState(), []);
    store();
    await settled();
    assert.equal(users.localState().length, 1);
    assert.equal(storage.get(KEY).length, 1);
    await made;
  });

  it('that cannot be stored is refused and not shown', async () => {
    const broken = { ...memoryStorage(), set: () => Promise.reject(new Error('quota')) };
    const { users } = await page(new FakeServer(), { isConnected: false, options: { storage: broken } });
    await assert.rejects(users.optimisticCreate({ name: 'Ada' }), { message: 'quota' });
    assert.deepEqual(users.localState(), []);
  });

  it('of one person is not found by another', async () => {
    const server = new FakeServer();
    const { users, storage } = await page(server, { isConnected: false, options: { scope: 'ada' } });
    await users.optimisticCreate({ name: 'Ada' });
    const other = await page(server, { options: { storage, scope: 'edith' } });
    assert.deepEqual([other.users.pendingOperations(), server.entities.size], [[], 0]);
  });

  it('is not sent while another is being put into it', async () => {
    const server = new FakeServer();
    const storage = memoryStorage();
    const { users, socket } = await away(server, renames('Grace'), { options: { storage } });
    const set = storage.set;
    let store;
    storage.set = (key, value) => new Promise((resolve) => (store = () => resolve(set(key, value))));
    const second = users.optimisticUpdate('123', { city: 'Paris' });
    await settled();
    await reconnect(socket);
    assert.deepEqual(server.mutations(), []);
    storage.set = set;
    store();
    await second;
    await settled();
    assert.deepEqual(server.mutations().map(({ data }) => data), [{ name: 'Grace', city: 'Paris' }]);
  });

  it('follows an id that is given while it is being stored', async () => {
    const server = new FakeServer();
    const storage = memoryStorage();
    const { users } = await page(server, { options: { storage } });
    let ack;
    server.answers['entity:mutate'] = (op, _, answer) => ((ack = () => answer(server.mutate(op))), NEVER);
    const { entity } = await users.optimisticCreate({ name: 'Ada' });
    await settled();
    const set = storage.set;
    let store;
    storage.set = (key, value) => new Promise((resolve) => (store = () => resolve(set(key, value))));
    const update = users.optimisticUpdate(entity.id, { name: 'Grace' });
    await settled();
    storage.set = set;
    delete server.answers['entity:mutate'];
    ack();
    await settled();
    store();
    assert.equal((await (await update).confirmed).ok, true);
    assert.equal(server.mutations().at(-1).id, 'srv-1');
  });

  it('survives the page', async () => {
    const server = new FakeServer();
    const { storage } = await page(server, { isConnected: false }).then(async (made) => (await made.users.optimisticCreate({ name: 'Ada' }), made));
    const next = await page(server, { options: { storage } });
    assert.equal(server.entities.size, 1);
    assert.deepEqual(next.users.localState(), [{ id: 'srv-1', name: 'Ada' }]);
    assert.equal(storage.get(KEY), undefined);
  });

  it('that was sent by an earlier page goes out as it was', async () => {
    const server = new FakeServer();
    const first = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = () => NEVER;
    await first.users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    first.realtime.disconnect();
    const next = await page(server, { isConnected: false, options: { storage: first.storage } });
    await next.users.optimisticUpdate('123', { city: 'Paris' });
    delete server.answers['entity:mutate'];
    await next.realtime.connect();
    await settled();
    const [before, again] = server.mutations();
    assert.deepEqual(again, before);
  });

  it('of what was deleted here is refused', async () => {
    const { users } = await away(new FakeServer(), (list) => list.optimisticDelete('123'));
    await assert.rejects(users.optimisticUpdate('123', { name: 'x' }), { code: 'NOT_FOUND' });
  });

  it('has a limit', async () => {
    const { users } = await page(new FakeServer(), { isConnected: false });
    for (let n = 0; n < 1000; n += 1) await users.optimisticCreate({ n });
    await assert.rejects(users.optimisticCreate({}), { code: 'QUEUE_FULL' });
  });
});

describe('a queue', () => {
  it('waits for the connection and then drains', async () => {
    const server = new FakeServer();
    const { users, socket } = await away(server, (list) => list.optimisticDelete('123'));
    assert.equal(users.pendingOperations().length, 1);
    await reconnect(socket);
    assert.equal(users.pendingOperations().length, 0);
    assert.equal(server.entities.size, 0);
    assert.deepEqual(server.buffered, []);
  });

  it('is not sent before the subscription was answered', async () => {
    const server = new FakeServer();
    const { socket } = await away(server, renames('Grace'));
    server.answers['subscribe:features'] = () => NEVER;
    await reconnect(socket);
    assert.equal(server.mutations().length, 0);
  });

  it('sends what the protocol asks for and nothing else', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()], { manager: { mergePolicy: 'strict' } });
    const opIds = [];
    for (const made of [users.optimisticUpdate('123', { name: 'G' }), users.optimisticCreate({ name: 'B' })]) opIds.push((await made).opId);
    await settled();
    opIds.push((await users.optimisticDelete('123')).opId);
    await settled();
    const kind = { feature: 'users', entity: 'user', mergePolicy: 'strict' };
    assert.deepEqual(server.mutations(), [
      { opId: opIds[0], ...kind, action: 'update', id: '123', data: { name: 'G' }, baseVersion: 1 },
      { opId: opIds[1], ...kind, action: 'create', data: { name: 'B' } },
      { opId: opIds[2], ...kind, action: 'delete', id: '123', baseVersion: 2 },
    ]);
  });

  it('has one operation of an entity on its way, and others beside it', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada(), { id: '9' }]);
    const acks = [];
    server.answers['entity:mutate'] = (op, _, ack) => (acks.push(() => ack(server.mutate(op))), NEVER);
    await users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    await users.optimisticUpdate('123', { city: 'Paris' });
    await users.optimisticUpdate('9', { name: 'Other' });
    await settled();
    assert.deepEqual(server.mutations().map(({ id }) => id), ['123', '9']);
    acks[0]();
    await settled();
    assert.deepEqual(server.mutations().map(({ id, baseVersion }) => [id, baseVersion]), [['123', 1], ['9', 1], ['123', 2]]);
  });

  it('does not flood the server', async () => {
    const server = new FakeServer();
    const { users } = await page(server);
    server.answers['entity:mutate'] = () => NEVER;
    for (let n = 0; n < 20; n += 1) await users.optimisticCreate({ n });
    await settled();
    assert.equal(server.mutations().length, 8);
  });

  it('makes one operation of updates that have not been sent', async () => {
    const server = new FakeServer();
    const { users, socket, change } = await away(server, renames('Grace'));
    const second = await users.optimisticUpdate('123', { city: 'Paris' });
    assert.equal(users.pendingOperations().length, 1);
    await reconnect(socket);
    assert.deepEqual(server.mutations().map(({ data }) => data), [{ name: 'Grace', city: 'Paris' }]);
    assert.deepEqual([(await change.confirmed).ok, (await second.confirmed).ok], [true, true]);
  });

  it('forgets updates of what is deleted, and their outcome is that of the delete', async () => {
    const server = new FakeServer();
    const { users, socket, change } = await away(server, renames('Grace'));
    await users.optimisticDelete('123');
    await reconnect(socket);
    assert.deepEqual(server.mutations().map(({ action }) => action), ['delete']);
    assert.equal((await change.confirmed).ok, true);
  });

  it('does not bother the server with what was made and deleted meanwhile', async () => {
    const server = new FakeServer();
    const { users, socket } = await page(server);
    socket.drop();
    const { entity, confirmed } = await users.optimisticCreate({ name: 'Ada' });
    await users.optimisticDelete(entity.id);
    await reconnect(socket);
    assert.equal(server.mutations().length, 0);
    assert.equal((await confirmed).error.code, 'CANCELLED');
  });

  it('goes on with the id that the server has given', async () => {
    const server = new FakeServer();
    const { users } = await page(server);
    server.answers['entity:mutate'] = (op, _, ack) => (setImmediate(() => ack(server.mutate(op))), NEVER);
    const { opId, entity } = await users.optimisticCreate({ name: 'Ada' });
    assert.equal(entity.id, `temp_${opId}`);
    await users.optimisticUpdate(entity.id, { name: 'Grace' });
    await settled();
    await settled();
    assert.deepEqual(server.mutations().slice(1).map(({ id }) => id), ['srv-1']);
    await (await users.optimisticUpdate(entity.id, { city: 'Paris' })).confirmed;
    assert.deepEqual(users.localState(), [{ id: 'srv-1', name: 'Grace', city: 'Paris' }]);
  });

  it('has no twin of what was created', async () => {
    const server = new FakeServer();
    const { users } = await page(server);
    const other = await page(server);
    await (await users.optimisticCreate({ name: 'Ada' })).confirmed;
    await settled();
    assert.deepEqual([users.localState(), other.users.localState()], [[{ id: 'srv-1', name: 'Ada' }], [{ id: 'srv-1', name: 'Ada' }]]);
  });

  it('keeps an id that the caller has given', async () => {
    const server = new FakeServer();
    const { users } = await page(server);
    const { entity, confirmed } = await users.optimisticCreate({ id: 'mine', name: 'Ada' });
    assert.equal(entity.id, 'mine');
    assert.equal((await confirmed).id, 'mine');
  });

  it('sends again what was on its way when the connection was lost, under the same opId', async () => {
    const server = new FakeServer();
    const { users, socket } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = (op) => (server.mutate(op), NEVER);
    server.isMute = true;
    const { opId } = await users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    socket.drop();
    server.isMute = false;
    delete server.answers['entity:mutate'];
    server.lastEventIds = () => ({});
    await reconnect(socket);
    assert.ok(server.mutations().every((op) => op.opId === opId));
    assert.equal(server.entities.get('123').version, 2);
    assert.equal(users.hasPendingOperations(), false);
  });
});

describe('an operation without an answer', () => {
  async function unanswered(answer, more) {
    const server = new FakeServer();
    const made = await syncedPage(server, [ada()], more);
    server.answers['entity:mutate'] = answer;
    const change = await made.users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    return { server, ...made, change };
  }

  it('is tried three times more, each later than the one before, and then stays', async () => {
    const { server, users } = await unanswered(() => refusal('UNAVAILABLE'));
    await server.clock.advance(600_000);
    const at = server.heard.filter(({ name }) => name === 'entity:mutate').map((message) => message.at);
    assert.deepEqual(at.map((time) => time - at[0]), [0, 500, 1500, 3500]);
    assert.equal(users.pendingOperations().length, 1);
    assert.deepEqual(users.localState(), [ada({ name: 'Grace' })]);
  });

  it('is tried again after the time an answer may take', async () => {
    const { server } = await unanswered(() => NEVER);
    await server.clock.advance(5000 + 500);
    assert.equal(server.mutations().length, 2);
    assert.equal(server.mutations()[0].opId, server.mutations()[1].opId);
  });

  it('that has stayed goes out on the next connection', async () => {
    const { server, users, socket } = await unanswered(() => refusal('INTERNAL_ERROR'));
    await server.clock.advance(600_000);
    delete server.answers['entity:mutate'];
    socket.drop();
    await reconnect(socket);
    assert.equal(users.hasPendingOperations(), false);
    assert.equal(server.entities.get('123').data.name, 'Grace');
  });

  it('is not tried earlier for an attempt of the connection before', async () => {
    const { server, socket } = await unanswered(() => refusal('UNAVAILABLE'));
    await server.clock.advance(100);
    socket.drop();
    await reconnect(socket);
    await server.clock.advance(499);
    assert.equal(server.mutations().length, 2);
    await server.clock.advance(1);
    assert.equal(server.mutations().length, 3);
  });

  it('for being too many waits as long as the server says, and all others with it', async () => {
    const { server, users } = await unanswered(() => refusal('RATE_LIMIT_EXCEEDED', { retryAfterMs: 7000 }));
    await users.optimisticCreate({ name: 'B' });
    await server.clock.advance(6999);
    assert.equal(server.mutations().length, 1);
    delete server.answers['entity:mutate'];
    await server.clock.advance(1);
    assert.equal(server.mutations().length, 3);
    assert.equal(users.hasPendingOperations(), false);
  });

  it('is not lost for a token that has expired', async () => {
    const { server, users } = await unanswered(() => refusal('TOKEN_EXPIRED', { statusCode: 401 }));
    await server.clock.advance(600_000);
    assert.equal(users.pendingOperations().length, 1);
  });

  it('that the server has done before is done, and a picture shows what became of it', async () => {
    const { server, change, users } = await unanswered(() => refusal('DUPLICATE_OPERATION', { statusCode: 409 }));
    assert.equal((await change.confirmed).duplicate, true);
    assert.equal(users.hasPendingOperations(), false);
    assert.equal(server.said('entity:sync').length, 2);
  });
});

describe('a refusal', () => {
  for (const code of ['PERMISSION_DENIED', 'VALIDATION_ERROR', 'NOT_FOUND']) {
    it(`with ${code} takes the change back and tells why`, async () => {
      const server = new FakeServer();
      const { users, heard } = await syncedPage(server, [ada()]);
      server.answers['entity:mutate'] = () => refusal(code);
      const { opId, confirmed } = await users.optimisticUpdate('123', { name: 'Grace' });
      const outcome = await confirmed;
      assert.deepEqual([outcome.ok, outcome.error.code, outcome.error.correlationId], [false, code, 'corr-7']);
      assert.deepEqual(users.localState(), [ada()]);
      const [{ type, ...told }] = heard.of('rolledBack');
      assert.deepEqual(told, { opId, action: 'update', id: '123', code, message: code, correlationId: 'corr-7', statusCode: 400 });
      assert.equal(server.mutations().length, 1);
    });
  }

  it('takes back one change and leaves those around it', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = (op) => (op.data.name ? refusal('VALIDATION_ERROR') : NEVER);
    await users.optimisticUpdate('123', { name: '' });
    await users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    await users.optimisticUpdate('123', { city: 'Paris' });
    await settled();
    assert.deepEqual(users.localState()[0].city, 'Paris');
  });

  it('of a create takes with it what was made on top', async () => {
    const server = new FakeServer();
    const { users, heard } = await page(server);
    server.answers['entity:mutate'] = (_, __, ack) => (setImmediate(() => ack(refusal('VALIDATION_ERROR'))), NEVER);
    const { entity } = await users.optimisticCreate({ name: 'Ada' });
    const update = await users.optimisticUpdate(entity.id, { name: 'Grace' });
    await settled();
    await settled();
    assert.equal((await update.confirmed).error.code, 'VALIDATION_ERROR');
    assert.deepEqual([users.localState(), users.pendingOperations(), server.mutations().length], [[], [], 1]);
    assert.equal(heard.of('rolledBack').length, 2);
  });

  it('to delete what is gone already is none', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = () => refusal('NOT_FOUND');
    assert.equal((await (await users.optimisticDelete('123')).confirmed).ok, true);
    assert.deepEqual(users.serverState(), []);
  });
});

describe('a conflict', () => {
  /** Somebody else was faster, and the server says so. */
  async function outdated(edit = renames('Grace')) {
    const server = new FakeServer();
    const made = await syncedPage(server, [ada()]);
    server.isMute = true;
    server.elsewhere('updated', { id: '123', name: 'Edith' });
    made.change = await edit(made.users);
    await settled();
    server.isMute = false;
    return { server, ...made };
  }

  /** Somebody else has changed it while we were away, and that comes with the replay. */
  async function overtaken(edit = renames('Grace'), action = 'updated') {
    const server = new FakeServer();
    const { socket, ...made } = await away(server, edit);
    server.elsewhere(action, action === 'deleted' ? { id: '123' } : { id: '123', name: 'Edith' });
    await reconnect(socket);
    return { server, socket, ...made };
  }

  it('is what the server calls one, with what it has', async () => {
    const { users, heard } = await outdated();
    const [{ serverVersion, localVersion, currentVersion, correlationId }] = users.conflicts();
    assert.deepEqual([serverVersion.name, localVersion.name, currentVersion, correlationId], ['Edith', 'Grace', 2, 'corr-7']);
    assert.equal(users.syncStatus(), 'conflict');
    assert.equal(heard.of('conflict').length, 1);
  });

  it('keeps the edit in view and unsent until it is resolved', async () => {
    const { server, users, socket } = await outdated();
    socket.drop();
    await reconnect(socket);
    await server.clock.advance(600_000);
    assert.equal(server.mutations().length, 1);
    assert.equal(users.localState()[0].name, 'Grace');
  });

  for (const [how, arise] of [['said by the server', outdated], ['seen in the stream', overtaken]]) {
    it(`${how} ends with the server's version when that is accepted`, async () => {
      const { users, change } = await arise();
      await users.resolveConflict('123', 'accept_server');
      assert.deepEqual(users.localState(), [ada({ name: 'Edith' })]);
      assert.deepEqual([users.hasConflicts(), users.hasPendingOperations(), (await change.confirmed).ok], [false, false, false]);
    });

    it(`${how} ends with ours on top of the server's when ours is`, async () => {
      const { server, users, change } = await arise();
      await users.resolveConflict('123', 'accept_local');
      assert.equal((await change.confirmed).ok, true);
      const last = server.mutations().at(-1);
      assert.deepEqual([last.baseVersion, last.data], [2, { name: 'Grace' }]);
      assert.notEqual(last.opId, change.opId);
      assert.equal(server.entities.get('123').data.name, 'Grace');
      assert.equal(users.syncStatus(), 'clean');
    });

    it(`${how} ends with what was merged of both`, async () => {
      const { server, users } = await arise();
      await users.resolveConflict('123', 'merge', ada({ name: 'Grace Edith' }));
      await settled();
      assert.deepEqual(server.mutations().at(-1).data, { name: 'Grace Edith' });
      assert.equal(server.entities.get('123').data.name, 'Grace Edith');
    });
  }

  it('with a delete is resolved by making it again, when ours is accepted', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = () => NEVER;
    await users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    server.elsewhere('deleted', { id: '123' });
    server.answers['entity:mutate'] = () => refusal('VERSION_CONFLICT', { current: null });
    await server.clock.advance(6000);
    delete server.answers['entity:mutate'];
    await users.resolveConflict('123', 'accept_local');
    await settled();
    assert.deepEqual(server.entities.get('123').data, ada({ name: 'Grace' }));
  });

  /** Connected, but nothing may be sent for a while. */
  async function paused(edit) {
    const server = new FakeServer();
    const made = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = () => refusal('RATE_LIMIT_EXCEEDED', { retryAfterMs: 7000 });
    await made.users.optimisticCreate({ name: 'B' });
    await settled();
    delete server.answers['entity:mutate'];
    made.change = await edit(made.users);
    return { server, ...made };
  }

  it('with what has not been sent keeps it from being sent', async () => {
    const { server, users } = await paused(renames('Grace'));
    server.elsewhere('updated', { id: '123', name: 'Edith' });
    await server.clock.advance(60_000);
    assert.deepEqual(server.mutations().filter(({ id }) => id === '123'), []);
    assert.equal(users.hasConflicts(), true);
  });

  it('is none between two deletes, and the second is not sent', async () => {
    const { server, users, change } = await paused((list) => list.optimisticDelete('123'));
    server.elsewhere('deleted', { id: '123' });
    assert.equal((await change.confirmed).ok, true);
    await server.clock.advance(60_000);
    assert.deepEqual(server.mutations().filter(({ id }) => id === '123'), []);
    assert.equal(users.hasConflicts(), false);
  });

  it('over a delete ends with the delete when ours is accepted', async () => {
    const { server, users } = await outdated((list) => list.optimisticDelete('123'));
    assert.equal(users.hasConflicts(), true);
    await users.resolveConflict('123', 'accept_local');
    await settled();
    assert.deepEqual([server.entities.size, users.localState(), users.syncStatus()], [0, [], 'clean']);
  });

  it('of what may have reached the server ends when the server has accepted it', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    let ack;
    server.answers['entity:mutate'] = (_, __, answer) => ((ack = answer), NEVER);
    await users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    server.elsewhere('updated', { id: '123', name: 'Edith' });
    assert.equal(users.hasConflicts(), true);
    ack({ ok: true, eventId: 'g1.000009', id: '123', version: 3, data: ada({ name: 'Grace' }) });
    await settled();
    assert.equal(users.hasConflicts(), false);
  });

  it('is over when the entity is deleted here', async () => {
    const { server, users } = await outdated();
    await users.optimisticDelete('123');
    await settled();
    assert.deepEqual([users.hasConflicts(), server.entities.size], [false, 0]);
  });

  it('of somebody else is not ours to resolve', async () => {
    const { users } = await syncedPage(new FakeServer(), [ada()]);
    await assert.rejects(users.resolveConflict('123', 'accept_local'), { code: 'NOT_FOUND' });
  });

  it('is none with another operation of our own', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = () => NEVER;
    const { opId } = await users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    await users.cancelPendingOperations();
    await users.optimisticUpdate('123', { name: 'Joan' });
    server.elsewhere('updated', { id: '123', name: 'Grace' }, opId);
    assert.equal(users.hasConflicts(), false);
  });
});

describe('a picture', () => {
  it('fills an empty list and tells when', async () => {
    const server = new FakeServer();
    server.elsewhere('created', ada());
    const { users, heard } = await page(server);
    assert.equal(users.lastSync(), null);
    assert.deepEqual(await users.syncWithServer(), [ada()]);
    assert.equal(users.lastSync(), server.clock.now());
    assert.equal(heard.of('synced').length, 1);
  });

  it('is asked for after the subscription', async () => {
    const server = new FakeServer();
    const { realtime, users } = await page(server, { isConnected: false });
    realtime.connect();
    await users.syncWithServer();
    assert.deepEqual(server.heard.map(({ name }) => name), ['subscribe:features', 'entity:sync']);
  });

  it('that is older than an event does not undo it', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.answers['entity:sync'] = (_, __, ack) => {
      const old = server.picture();
      server.elsewhere('updated', { id: '123', name: 'Grace' });
      server.elsewhere('created', { id: '9' });
      ack(old);
      return NEVER;
    };
    await users.syncWithServer();
    assert.deepEqual(users.localState(), [ada({ name: 'Grace' }), { id: '9' }]);
  });

  it('that has overtaken an event is not undone by it', async () => {
    const server = new FakeServer();
    const { users, socket } = await syncedPage(server, [ada()]);
    server.isMute = true;
    const event = server.tell('updated', { id: '123', name: 'Old' });
    server.answers['entity:sync'] = () => ({ ok: true, items: [{ id: '123', data: ada({ name: 'New' }) }], lastEventId: event.meta.eventId });
    await users.syncWithServer();
    server.send(socket, event);
    assert.equal(users.localState()[0].name, 'New');
  });

  it('that holds what was just accepted leaves nothing pending', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.isMute = true;
    await (await users.optimisticUpdate('123', { name: 'Grace' })).confirmed;
    await users.syncWithServer();
    assert.equal(users.hasPendingOperations(), false);
  });

  it('is not undone by an event that came before it', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.answers['entity:sync'] = () => {
      server.tell('updated', { id: '123', name: 'Old' });
      return { ok: true, items: [{ id: '123', data: ada({ name: 'New' }) }], lastEventId: server.head };
    };
    await users.syncWithServer();
    assert.equal(users.localState()[0].name, 'New');
  });

  it('without what is being edited shows it no more', async () => {
    const server = new FakeServer();
    const { users, socket } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = () => NEVER;
    await users.optimisticUpdate('123', { name: 'Grace' });
    server.isMute = true;
    server.elsewhere('deleted', { id: '123' });
    socket.receive('event:replay:reset', { room: 'feature:users', reason: 'expired', headEventId: server.head });
    await settled();
    assert.deepEqual(users.localState(), []);
  });

  it('that holds what is accepted afterwards leaves nothing pending', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.isMute = true;
    let ack;
    server.answers['entity:mutate'] = (op, _, answer) => ((ack = answer.bind(null, server.mutate(op))), NEVER);
    await users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    await users.syncWithServer();
    ack();
    await settled();
    assert.equal(users.hasPendingOperations(), false);
  });

  it('needs one subscription', async () => {
    const server = new FakeServer();
    const { realtime, users } = await page(server, { isConnected: false });
    await realtime.connect();
    await users.syncWithServer();
    assert.equal(server.said('subscribe:features').length, 1);
  });

  it('is refused when nobody is connecting any more', async () => {
    const server = new FakeServer();
    server.isUp = false;
    const { realtime, users } = await page(server, { isConnected: false });
    realtime.connect();
    const asked = assert.rejects(users.syncWithServer(), { code: 'DISCONNECTED' });
    await settled();
    realtime.disconnect();
    await asked;
  });

  it('is one for all who ask at the same time, and loading until it is there', async () => {
    const server = new FakeServer();
    const { users } = await page(server);
    const both = [users.syncWithServer(), users.syncWithServer()];
    assert.deepEqual([users.isLoading(), users.syncStatus()], [true, 'syncing']);
    await Promise.all(both);
    assert.equal(users.isLoading(), false);
    assert.equal(server.said('entity:sync').length, 1);
  });

  it('is taken anew when the stream cannot be told in full', async () => {
    const server = new FakeServer();
    const { users, socket } = await syncedPage(server, [ada()]);
    server.isMute = true;
    server.elsewhere('updated', { id: '123', name: 'Grace' });
    socket.receive('event:replay:reset', { room: 'feature:users', reason: 'expired', oldestEventId: server.head, headEventId: server.head });
    await settled();
    assert.deepEqual(users.localState(), [ada({ name: 'Grace' })]);
  });

  it('that was on its way when something was missed is taken twice', async () => {
    const server = new FakeServer();
    const { users, socket } = await syncedPage(server, [ada()]);
    server.answers['entity:sync'] = () => {
      delete server.answers['entity:sync'];
      const old = server.picture();
      server.isMute = true;
      server.elsewhere('updated', { id: '123', name: 'Grace' });
      socket.receive('event:replay:reset', { room: 'feature:users', reason: 'expired', headEventId: server.head });
      return old;
    };
    await users.syncWithServer();
    assert.deepEqual(users.localState(), [ada({ name: 'Grace' })]);
  });

  it('that fails when nobody waits for it is asked for again', async () => {
    const server = new FakeServer();
    const { users, socket } = await syncedPage(server, [ada()]);
    server.answers['entity:sync'] = () => refusal('UNAVAILABLE');
    socket.receive('event:replay:reset', { room: 'feature:users', reason: 'expired' });
    await settled();
    delete server.answers['entity:sync'];
    server.entities.set('9', { version: 1, data: { id: '9' } });
    await server.clock.advance(1000);
    assert.equal(users.localState().length, 2);
  });

  it('that is refused is refused to who has asked', async () => {
    const server = new FakeServer();
    const { users } = await page(server);
    server.answers['entity:sync'] = () => refusal('PERMISSION_DENIED');
    await assert.rejects(users.syncWithServer(), { code: 'PERMISSION_DENIED', correlationId: 'corr-7' });
  });
});

describe('loading', () => {
  it('while connected and told of everything asks nobody', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    await server.clock.advance(3_600_000);
    assert.deepEqual(await users.loadEntities(), [ada()]);
    assert.equal(server.said('entity:sync').length, 1);
  });

  it('for the first time asks by the socket', async () => {
    const server = new FakeServer();
    server.elsewhere('created', ada());
    const { users } = await page(server, { manager: { fetchAll: () => assert.fail('not by HTTP') } });
    assert.deepEqual(await users.loadEntities(), [ada()]);
  });

  it('while away asks nobody within the time to live, and HTTP after it', async () => {
    const server = new FakeServer();
    let asked = 0;
    const fetchAll = async () => ((asked += 1), [ada({ name: 'by HTTP' })]);
    const { users, socket } = await syncedPage(server, [ada()], { manager: { fetchAll, cacheTtlMs: 1000 } });
    await server.clock.advance(5000);
    socket.drop();
    await server.clock.advance(1000);
    assert.deepEqual([(await users.loadEntities())[0].name, asked], ['Ada', 0]);
    await server.clock.advance(1);
    assert.deepEqual([(await users.loadEntities())[0].name, asked], ['by HTTP', 1]);
  });

  it('asks by HTTP when the socket cannot answer', async () => {
    const server = new FakeServer();
    const { users } = await page(server, { manager: { fetchAll: async () => [ada()] } });
    server.answers['entity:sync'] = () => refusal('UNAVAILABLE');
    assert.deepEqual(await users.loadEntities(), [ada()]);
  });

  it('without any way is refused, and made good when there is one', async () => {
    const server = new FakeServer();
    server.elsewhere('created', ada());
    const { realtime, users } = await page(server, { isConnected: false });
    await assert.rejects(users.loadEntities(), { code: 'UNAVAILABLE' });
    await realtime.connect();
    await settled();
    assert.deepEqual(users.localState(), [ada()]);
  });

  it('by HTTP that is refused has a code', async () => {
    const fetchAll = () => Promise.reject(Object.assign(new Error('no'), { status: 403 }));
    const { users } = await page(new FakeServer(), { isConnected: false, manager: { fetchAll } });
    await assert.rejects(users.loadEntities(), { code: 'PERMISSION_DENIED' });
  });
});

describe('while away', () => {
  it('the policy `fail` refuses and queues nothing', async () => {
    const { users } = await page(new FakeServer(), { isConnected: false, options: { offlinePolicy: 'fail' } });
    await assert.rejects(users.optimisticCreate({ name: 'Ada' }), { code: 'UNAVAILABLE' });
    assert.equal(users.hasPendingOperations(), false);
  });

  it('the policy `queue` keeps it, although there is another way', async () => {
    const create = () => assert.fail('not by HTTP');
    const { users } = await page(new FakeServer(), { isConnected: false, manager: { create } });
    await users.optimisticCreate({ name: 'Ada' });
    await settled();
    assert.equal(users.pendingOperations().length, 1);
  });

  it('the policy `http` goes the other way', async () => {
    const asked = [];
    const create = async (data, how) => (asked.push([data, how]), { id: '7', ...data, version: 1 });
    const { users } = await page(new FakeServer(), { isConnected: false, options: { offlinePolicy: 'http' }, manager: { create } });
    const { opId, confirmed } = await users.optimisticCreate({ name: 'Ada' });
    assert.equal((await confirmed).id, '7');
    assert.deepEqual(asked, [[{ name: 'Ada' }, { opId }]]);
    assert.deepEqual([users.serverState().length, users.localState()[0].id, users.hasPendingOperations()], [1, '7', false]);
  });

  it('the policy `http` takes a 409 for a conflict', async () => {
    const update = () => Promise.reject(Object.assign(new Error('changed'), { status: 409, current: { id: '123', version: 2, data: ada({ name: 'Edith' }) } }));
    const { users } = await away(new FakeServer(), renames('Grace'), { options: { offlinePolicy: 'http' }, manager: { update } });
    await settled();
    assert.equal(users.conflicts()[0].serverVersion.name, 'Edith');
  });

  it('the policy `http` leaves to the socket what the socket may have brought', async () => {
    const server = new FakeServer();
    const update = () => assert.fail('it would be done twice');
    const { users, socket } = await syncedPage(server, [ada()], { options: { offlinePolicy: 'http' }, manager: { update } });
    server.answers['entity:mutate'] = () => NEVER;
    await users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    socket.drop();
    await server.clock.advance(60_000);
    assert.equal(users.pendingOperations().length, 1);
  });

  it('the policy `http` prefers the socket', async () => {
    const server = new FakeServer();
    const { users } = await page(server, { options: { offlinePolicy: 'http' }, manager: { create: () => assert.fail('not by HTTP') } });
    await (await users.optimisticCreate({ name: 'Ada' })).confirmed;
    assert.equal(server.entities.size, 1);
  });
});

describe('by hand', () => {
  it('everything pending is cancelled', async () => {
    const server = new FakeServer();
    const { users, socket, storage, change } = await away(server, renames('Grace'));
    assert.equal(await users.cancelPendingOperations(), 1);
    assert.equal((await change.confirmed).error.code, 'CANCELLED');
    assert.deepEqual(users.localState(), [ada()]);
    await reconnect(socket);
    assert.deepEqual([server.mutations(), storage.get(KEY)], [[], undefined]);
  });

  it('one operation is cancelled', async () => {
    const { users, change } = await away(new FakeServer(), renames('Grace'));
    await users.optimisticCreate({ name: 'B' });
    await users.cancelPendingOperations(change.opId);
    assert.deepEqual(users.pendingOperations().map(({ action }) => action), ['create']);
  });

  it('what the server has accepted is not cancelled', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.isMute = true;
    await (await users.optimisticUpdate('123', { name: 'Grace' })).confirmed;
    assert.equal(await users.cancelPendingOperations(), 0);
    assert.deepEqual(users.localState(), [ada({ name: 'Grace' })]);
  });

  it('ours is forced over a conflict', async () => {
    const server = new FakeServer();
    const { users, socket } = await away(server, renames('Grace'));
    server.elsewhere('updated', { id: '123', name: 'Edith' });
    await reconnect(socket);
    assert.equal(users.hasConflicts(), true);
    assert.deepEqual((await users.forcePushToServer()).map(({ ok }) => ok), [true]);
    assert.equal(server.entities.get('123').data.name, 'Grace');
  });

  it('what had been given up is forced out', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = () => refusal('UNAVAILABLE');
    await users.optimisticUpdate('123', { name: 'Grace' });
    await server.clock.advance(600_000);
    delete server.answers['entity:mutate'];
    assert.equal((await users.forcePushToServer())[0].ok, true);
  });

  it('nothing is forced without a connection', async () => {
    const { users } = await away(new FakeServer(), renames('Grace'));
    await assert.rejects(users.forcePushToServer(), { code: 'UNAVAILABLE' });
  });

  it('all is forgotten', async () => {
    const { users, storage } = await away(new FakeServer(), renames('Grace'));
    await users.reset();
    await settled();
    assert.deepEqual([users.localState(), users.pendingOperations(), users.lastSync(), users.syncStatus(), storage.get(KEY)], [[], [], null, 'clean', undefined]);
  });

  it('listening ends', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    users.close();
    server.elsewhere('created', { id: '9' });
    assert.equal(users.localState().length, 1);
  });
});

describe('the sync status', () => {
  it('is pending while an operation is on its way', async () => {
    const server = new FakeServer();
    const { users } = await syncedPage(server, [ada()]);
    server.answers['entity:mutate'] = () => NEVER;
    await users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    assert.equal(users.syncStatus(), 'pending');
    assert.deepEqual([users.isConnected(), users.hasPendingOperations()], [true, true]);
  });
});
