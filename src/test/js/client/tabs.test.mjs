import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createStateManager } from '../../../main/resources/web/client/index.js';
import { ada, browser, client, FakeServer, NEVER, page, refusal, settled } from './fakes.mjs';

/** Two tabs that know Ada; the first leads. */
async function twoTabs(server = new FakeServer(), more = {}) {
  server.elsewhere('created', ada());
  const options = browser();
  const first = await page(server, { options, ...more });
  const second = await page(server, { options, ...more });
  for (const { users } of [first, second]) await users.syncWithServer();
  return { server, options, first, second };
}

const senders = (server) => server.heard.filter(({ name }) => name === 'entity:mutate').map(({ socket }) => server.sockets.indexOf(socket));

describe('of two tabs', () => {
  it('one sends what either has queued', async () => {
    const { server, first, second } = await twoTabs();
    const change = await second.users.optimisticUpdate('123', { name: 'Grace' });
    assert.equal(change.entity.name, 'Grace');
    assert.equal((await change.confirmed).version, 2);
    await settled();
    assert.deepEqual(senders(server), [0]);
    for (const { users } of [first, second]) assert.deepEqual([users.localState(), users.pendingOperations()], [[ada({ name: 'Grace' })], []]);
  });

  it('each shows what is pending in the other', async () => {
    const { server, first, second } = await twoTabs();
    server.answers['entity:mutate'] = () => NEVER;
    await first.users.optimisticUpdate('123', { name: 'Grace' });
    await second.users.optimisticCreate({ name: 'B' });
    await settled();
    for (const { users } of [first, second]) {
      assert.deepEqual(users.localState().map(({ name }) => name), ['Grace', 'B']);
      assert.equal(users.pendingOperations().length, 2);
    }
  });

  it('neither has a twin of what was created', async () => {
    const { first, second } = await twoTabs();
    const { entity, confirmed } = await second.users.optimisticCreate({ name: 'B' });
    await confirmed;
    await settled();
    await (await second.users.optimisticUpdate(entity.id, { city: 'Rome' })).confirmed;
    for (const { users } of [first, second]) assert.deepEqual(users.localState()[1], { id: 'srv-1', name: 'B', city: 'Rome' });
  });

  it('the other goes on when the first ends, with all that was queued', async () => {
    const { server, first, second } = await twoTabs();
    server.answers['entity:mutate'] = () => NEVER;
    await first.users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    delete server.answers['entity:mutate'];
    first.users.close();
    first.realtime.disconnect();
    await settled();
    assert.deepEqual(senders(server), [0, 1]);
    assert.equal(server.entities.get('123').data.name, 'Grace');
    assert.deepEqual(second.users.pendingOperations(), []);
  });

  it('the next to lead does what the former has not answered', async () => {
    const { server, options, first, second } = await twoTabs();
    let isStuck = true;
    const set = options.storage.set;
    options.storage.set = (key, value) => (isStuck ? new Promise(() => {}) : set(key, value));
    const made = second.users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    isStuck = false;
    first.users.close();
    first.realtime.disconnect();
    assert.equal((await (await made).confirmed).ok, true);
    assert.equal(server.entities.get('123').data.name, 'Grace');
  });

  it('a third asks whoever leads next', async () => {
    const { server, options, first } = await twoTabs();
    const third = await page(server, { options });
    let isStuck = true;
    const set = options.storage.set;
    options.storage.set = (key, value) => (isStuck ? new Promise(() => {}) : set(key, value));
    const made = third.users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    isStuck = false;
    first.users.close();
    first.realtime.disconnect();
    assert.equal((await (await made).confirmed).ok, true);
    assert.deepEqual(senders(server), [1]);
  });

  it('the next to lead does not do again what the former has stored without saying so', async () => {
    const { server, options, first, second } = await twoTabs();
    server.answers['entity:mutate'] = () => NEVER;
    const post = options.tabs.Channel.prototype.postMessage;
    options.tabs.Channel.prototype.postMessage = function (message) {
      if (message.type !== 'answer') post.call(this, message);
    };
    const made = second.users.optimisticCreate({ name: 'B' });
    await settled();
    first.users.close();
    first.realtime.disconnect();
    await made;
    await settled();
    assert.equal(second.users.pendingOperations().length, 1);
    assert.deepEqual(senders(server), [0, 1]);
  });

  it('only the owner stores and sends', async () => {
    const server = new FakeServer();
    const { options, first } = await twoTabs(server);
    const stored = [];
    const storage = { ...options.storage, set: () => stored.push('set'), remove: () => stored.push('remove') };
    const third = await page(server, { options: { ...options, storage } });
    first.socket.drop();
    await third.users.optimisticUpdate('123', { name: 'Grace' });
    await first.users.optimisticUpdate('123', { city: 'Rome' });
    third.socket.drop();
    third.socket.open();
    await settled();
    assert.deepEqual([stored, server.mutations(), options.storage.get('muster.queue.users.user').length], [[], [], 1]);
  });

  it('the owner alone judges what is a conflict', async () => {
    const { server, first, second } = await twoTabs();
    server.answers['entity:mutate'] = () => NEVER;
    await second.users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    server.elsewhere('updated', { id: '123', name: 'Edith' });
    assert.deepEqual([first, second].map(({ users }) => users.hasConflicts()), [true, false]);
    await settled();
    assert.deepEqual([first, second].map(({ heard }) => heard.of('conflict').length), [1, 1]);
  });

  it('both know of a conflict, and either resolves it', async () => {
    const { server, first, second } = await twoTabs();
    server.isMute = true;
    server.elsewhere('updated', { id: '123', name: 'Edith' });
    const change = await second.users.optimisticUpdate('123', { name: 'Grace' });
    await settled();
    assert.deepEqual([first, second].map(({ users }) => users.hasConflicts()), [true, true]);
    assert.equal(second.heard.of('conflict').length, 1);
    server.isMute = false;
    await second.users.resolveConflict('123', 'accept_local');
    assert.equal((await change.confirmed).ok, true);
    await settled();
    assert.deepEqual([first, second].map(({ users }) => users.hasConflicts()), [false, false]);
    assert.equal(server.entities.get('123').data.name, 'Grace');
  });

  it('both are told of a refusal', async () => {
    const { server, first, second } = await twoTabs();
    server.answers['entity:mutate'] = () => refusal('PERMISSION_DENIED');
    const { confirmed } = await second.users.optimisticUpdate('123', { name: 'Grace' });
    assert.equal((await confirmed).error.code, 'PERMISSION_DENIED');
    await settled();
    for (const { users, heard } of [first, second]) {
      assert.deepEqual([users.localState(), heard.of('rolledBack').length], [[ada()], 1]);
    }
  });

  it('the owner refuses for both, in the same words', async () => {
    const { second } = await twoTabs();
    await assert.rejects(second.users.resolveConflict('123', 'accept_local'), { name: 'RealtimeError', code: 'NOT_FOUND' });
  });

  it('one that comes later sees what is queued', async () => {
    const server = new FakeServer();
    const { options, first } = await twoTabs(server);
    server.answers['entity:mutate'] = () => NEVER;
    await first.users.optimisticCreate({ name: 'B' });
    const third = await page(server, { options });
    assert.equal(third.users.pendingOperations().length, 1);
  });

  it('neither works where a browser cannot tell them apart', () => {
    const realtime = client(new FakeServer());
    assert.throws(() => createStateManager(realtime, { feature: 'users', entity: 'user', tabs: { locks: null } }), TypeError);
  });
});
