import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Clock, client, FakeServer, NEVER, page, refusal, settled } from './fakes.mjs';

const USERS = { features: ['users'], entities: ['user'] };

async function connected(server, options) {
  const made = client(server, options);
  await made.connect();
  return made;
}

async function listening(server = new FakeServer(), options = {}) {
  const made = await connected(server, options);
  await made.subscribe(USERS);
  const heard = [];
  made.on('users.**', (event) => heard.push(event.data.id));
  return { server, made, heard, socket: made.socket };
}

function statuses(made) {
  const seen = [];
  made.status$.subscribe((status) => seen.push(status));
  return seen;
}

describe('a connection', () => {
  it('leaves reconnecting to the one loop of socket.io, which never ends', () => {
    const { options } = client(new FakeServer()).socket;
    assert.equal(options.reconnection, true);
    assert.equal(options.reconnectionAttempts, Infinity);
    assert.equal(options.path, '/api/ws/');
    assert.equal('retries' in options, false);
  });

  it('asks for the token each time it is opened', async () => {
    const server = new FakeServer();
    let asked = 0;
    const made = await connected(server, { getToken: async () => `t${(asked += 1)}` });
    made.socket.drop();
    made.socket.open();
    await settled();
    assert.deepEqual(made.socket.auth, { token: 't2' });
  });

  it('takes the token given to connect before any other', async () => {
    const made = client(new FakeServer(), { getToken: () => 'other' });
    await made.connect('mine');
    assert.deepEqual(made.socket.auth, { token: 'mine' });
  });

  it('comes back by the same loop when there was no token to be had', async () => {
    const server = new FakeServer();
    const made = client(server, { getToken: () => Promise.reject(new Error('offline')) });
    made.connect();
    await settled();
    assert.equal(server.engineClosed.length, 1);
    assert.equal(server.attempts.length, 1);
  });

  it('tells its status', async () => {
    const made = client(new FakeServer());
    const seen = statuses(made);
    await made.connect();
    made.socket.drop();
    made.socket.open();
    await settled();
    made.disconnect();
    assert.deepEqual(seen, ['disconnected', 'connecting', 'connected', 'reconnecting', 'connected', 'disconnected']);
  });

  it('that is refused is an error with the code of the server, and is not tried again', async () => {
    const server = new FakeServer();
    server.refuses = () => ({ code: 'AUTH_FAILED', statusCode: 401 });
    const made = client(server);
    await assert.rejects(made.connect('bad'), { code: 'AUTH_FAILED', statusCode: 401 });
    await server.clock.advance(600_000);
    assert.equal(made.status, 'error');
    assert.equal(server.attempts.length, 1);
  });

  it('that is refused for a reason that will pass is tried again', async () => {
    const server = new FakeServer();
    server.refuses = () => ({ code: 'CONNECTION_LIMIT_EXCEEDED', statusCode: 429, retryAfterMs: 4000 });
    const made = client(server);
    made.connect();
    await settled();
    server.refuses = () => null;
    await server.clock.advance(8000);
    assert.equal(made.status, 'connected');
  });

  it('that the server ends is not opened again, unless the server was shutting down', async () => {
    const { server, made, socket } = await listening();
    socket.drop('io server disconnect');
    await server.clock.advance(60_000);
    assert.equal(made.status, 'error');
    await made.connect();
    socket.receive('server:shutdown', {});
    socket.drop('io server disconnect');
    await server.clock.advance(60_000);
    assert.equal(made.status, 'connected');
  });

  it('that was revoked stays ended', async () => {
    const { server, made, socket } = await listening();
    socket.receive('server:shutdown', {});
    socket.receive('session.revoked', { reason: 'logout' });
    socket.drop('io server disconnect');
    await server.clock.advance(60_000);
    assert.equal(made.status, 'error');
  });

  it('refuses what it cannot send instead of leaving it in a buffer', async () => {
    const { server, made, socket } = await listening();
    socket.drop();
    await assert.rejects(made.stats(), { code: 'DISCONNECTED' });
    assert.deepEqual(server.buffered, []);
  });

  it('empties what socket.io has kept of a connection that has ended', async () => {
    const { socket } = await listening();
    socket.sendBuffer.push({ name: 'entity:mutate' });
    socket.drop();
    assert.deepEqual(socket.sendBuffer, []);
  });

  it('waits for an answer as long as it was told', async () => {
    const { server, made } = await listening(new FakeServer(), { ackTimeoutMs: 300 });
    server.answers.get_stats = () => NEVER;
    const asked = assert.rejects(made.stats(), { code: 'TIMEOUT' });
    await server.clock.advance(300);
    await asked;
  });
});

describe('a subscription', () => {
  it('resolves with the rooms that were granted and those that were not', async () => {
    const server = new FakeServer();
    server.forbidden.add('feature:rbac');
    const made = await connected(server);
    const refused = [];
    made.on('permission_denied', ({ room }) => refused.push(room));
    const { rooms, denied } = await made.subscribe({ features: ['users', 'rbac'], entities: ['user'] });
    assert.deepEqual(rooms, ['feature:users', 'feature:users:entity:user', 'feature:rbac:entity:user']);
    assert.deepEqual(denied, [{ room: 'feature:rbac', code: 'PERMISSION_DENIED', correlationId: 'c-1' }]);
    assert.deepEqual(refused, ['feature:rbac']);
  });

  it('made before there is a connection is kept for it', async () => {
    const server = new FakeServer();
    const made = client(server);
    assert.equal((await made.subscribe(USERS)).queued, true);
    await made.connect();
    await settled();
    assert.deepEqual(server.said('subscribe:features'), [USERS]);
  });

  it('is one message for calls of one moment that want the same entities', async () => {
    const server = new FakeServer();
    const made = await connected(server);
    await Promise.all([made.subscribe({ features: ['a'], entities: ['x'] }), made.subscribe({ features: ['b'], entities: ['x'] }), made.subscribe({ features: ['c'], entities: ['y'] })]);
    assert.deepEqual(server.said('subscribe:features'), [{ features: ['a', 'b'], entities: ['x'] }, { features: ['c'], entities: ['y'] }]);
  });

  it('is made again on every connect, from the last event seen', async () => {
    const { server, socket } = await listening();
    const { meta } = server.elsewhere('created', { id: '1' });
    for (let round = 0; round < 2; round += 1) {
      socket.drop();
      socket.open();
      await settled();
    }
    const again = { ...USERS, fromEventIds: { 'feature:users': meta.eventId } };
    assert.deepEqual(server.said('subscribe:features').slice(1), [again, again]);
  });

  it('starts where the answer says the room was, when nothing has happened since', async () => {
    const server = new FakeServer();
    const { meta } = server.elsewhere('created', { id: '0' });
    const { made } = await listening(server);
    assert.equal(made.lastEventId('feature:users'), meta.eventId);
  });

  it('is asked for again when the server could not answer', async () => {
    const server = new FakeServer();
    const made = await connected(server);
    server.answers['subscribe:features'] = () => refusal('UNAVAILABLE', { statusCode: 503 });
    const asked = made.subscribe(USERS);
    await server.clock.advance(100);
    delete server.answers['subscribe:features'];
    await server.clock.advance(1000);
    assert.deepEqual((await asked).rooms, ['feature:users', 'feature:users:entity:user']);
  });

  it('that waits is carried over to the next connection', async () => {
    const server = new FakeServer();
    const made = await connected(server);
    server.answers['subscribe:features'] = () => NEVER;
    const asked = made.subscribe(USERS);
    await settled();
    made.socket.drop();
    delete server.answers['subscribe:features'];
    made.socket.open();
    await settled();
    assert.equal((await asked).rooms.length, 2);
  });

  it('that waits to be asked again is carried over too', async () => {
    const server = new FakeServer();
    const made = await connected(server);
    server.answers['subscribe:features'] = () => refusal('UNAVAILABLE');
    const asked = made.subscribe(USERS);
    await settled();
    made.socket.drop();
    delete server.answers['subscribe:features'];
    made.socket.open();
    await settled();
    assert.equal((await asked).rooms.length, 2);
  });

  it('that adds to another on the same connection asks for nothing to be told again', async () => {
    const { server, made } = await listening();
    server.elsewhere('created', { id: '1' });
    await made.subscribe({ features: ['users'], entities: ['profile'] });
    assert.deepEqual(server.said('subscribe:features')[1], { features: ['users'], entities: ['profile', 'user'] });
  });

  it('that has ended is not made again', async () => {
    const { server, made, socket } = await listening();
    await made.unsubscribe({ features: ['users'] });
    socket.drop();
    socket.open();
    await settled();
    assert.equal(server.said('subscribe:features').length, 1);
  });

  it('to a room without any event yet asks for a new picture after an interruption', async () => {
    const { made, socket } = await listening();
    const resyncs = [];
    made.on('resync', (told) => resyncs.push(told));
    socket.drop();
    socket.open();
    await settled();
    assert.deepEqual(resyncs, [{ feature: 'users', reason: 'unknown' }]);
  });
});

describe('the stream', () => {
  it('tells each event once', async () => {
    const { server, socket, heard } = await listening();
    const event = server.elsewhere('created', { id: '1' });
    server.send(socket, event);
    assert.deepEqual(heard, ['1']);
  });

  it('after an interruption brings what was missed, in its order', async () => {
    const { server, socket, heard } = await listening();
    server.elsewhere('created', { id: '1' });
    socket.drop();
    for (const id of ['2', '3']) server.elsewhere('created', { id });
    socket.open();
    await settled();
    server.elsewhere('created', { id: '4' });
    assert.deepEqual(heard, ['1', '2', '3', '4']);
  });

  it('is told no further than a hole, until that is filled', async () => {
    const { server, heard } = await listening();
    const { meta } = server.elsewhere('created', { id: '1' });
    server.make('created', { id: '2' });
    server.answers['room:replay'] = () => NEVER;
    server.elsewhere('created', { id: '3' });
    await settled();
    assert.deepEqual(heard, ['1']);
    assert.deepEqual(server.said('room:replay'), [{ room: 'feature:users', fromEventId: meta.eventId }]);
  });

  it('goes on in order after a hole was filled', async () => {
    const { server, heard } = await listening();
    server.elsewhere('created', { id: '1' });
    server.make('created', { id: '2' });
    server.elsewhere('created', { id: '3' });
    server.elsewhere('created', { id: '4' });
    await settled();
    assert.deepEqual(heard, ['1', '2', '3', '4']);
  });

  it('of a hole that nobody fills goes on, and asks for a new picture', async () => {
    const { server, made, heard } = await listening();
    const resyncs = [];
    made.on('resync', ({ feature }) => resyncs.push(feature));
    server.elsewhere('created', { id: '1' });
    server.make('created', { id: '2' });
    server.answers['room:replay'] = () => refusal('UNAVAILABLE');
    server.elsewhere('created', { id: '3' });
    await settled();
    assert.deepEqual([heard, resyncs], [['1', '3'], ['users']]);
  });

  it('of which only one entity may be heard has that replayed', async () => {
    const server = new FakeServer();
    server.forbidden.add('feature:users');
    await listening(server);
    server.elsewhere('created', { id: '1' });
    server.make('created', { id: '2' });
    server.elsewhere('created', { id: '3' });
    await settled();
    assert.equal(server.said('room:replay')[0].room, 'feature:users:entity:user');
  });

  it('that cannot be told in full asks for a new picture and tells what there is', async () => {
    const { server, made, socket, heard } = await listening();
    const resyncs = [];
    made.on('resync', (told) => resyncs.push(told));
    server.elsewhere('created', { id: '1' });
    const kept = server.make('created', { id: '2' });
    socket.receive('event:replay:reset', { room: 'feature:users', reason: 'expired', oldestEventId: kept.meta.eventId, headEventId: kept.meta.eventId });
    server.send(socket, { ...kept, meta: { ...kept.meta, replay: true } });
    assert.deepEqual(resyncs, [{ feature: 'users', reason: 'expired' }]);
    assert.deepEqual(heard, ['1', '2']);
    assert.equal(made.lastEventId('feature:users'), kept.meta.eventId);
  });

  it('is heard by patterns', async () => {
    const { server, made } = await listening();
    const heard = {};
    for (const pattern of ['users.user.*', 'users.*', 'users.**', '*', 'users.user.created', '*.user.deleted', '**.created']) made.on(pattern, (_, name) => (heard[pattern] = name));
    server.elsewhere('created', { id: '1' });
    assert.deepEqual(Object.keys(heard), ['users.user.*', 'users.**', '*', 'users.user.created', '**.created']);
  });

  it('is told to everybody although one of them fails', async () => {
    const { server, made } = await listening();
    const failures = [];
    globalThis.reportError = (error) => failures.push(error.message);
    made.on('users.**', () => {
      throw new Error('a bug');
    });
    const heard = [];
    made.on('users.**', ({ data }) => heard.push(data.id));
    server.elsewhere('created', { id: '1' });
    await settled();
    assert.deepEqual([heard, failures], [['1'], ['a bug']]);
  });
});

describe('a lock', () => {
  it('is asked of the server for the entity', async () => {
    const server = new FakeServer(new Clock());
    const { users } = await page(server);
    await users.lock('123');
    await users.unlock('123');
    const asked = { feature: 'users', entity: 'user', id: '123' };
    assert.deepEqual([server.said('entity:lock'), server.said('entity:unlock')], [[asked], [asked]]);
  });

  it('that somebody else has is refused with his code', async () => {
    const server = new FakeServer();
    server.answers['entity:lock'] = () => refusal('LOCKED');
    const { users } = await page(server);
    await assert.rejects(users.lock('123'), { code: 'LOCKED', correlationId: 'corr-7' });
  });
});
