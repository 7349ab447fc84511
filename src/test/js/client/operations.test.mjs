import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyEvent, changedFields, enqueue, fold, meeting, standOn } from '../../../main/resources/web/client/operations.js';

const op = (opId, action, id, data, more = {}) => ({ opId, action, id, data, state: 'queued', ...more });
const base = (...entities) => new Map(entities.map((entity) => [entity.id, { entity, version: 1 }]));
const folded = (known, ...ops) => [...fold(known, ops).values()];

describe('a fold', () => {
  it('lays operations over the base in their order', () => {
    const ops = [op('1', 'update', 'a', { x: 1 }), op('2', 'update', 'a', { x: 2 })];
    assert.deepEqual(folded(base({ id: 'a', x: 0, y: 0 }), ...ops), [{ id: 'a', x: 2, y: 0 }]);
  });

  it('leaves the base as it is', () => {
    const known = base({ id: 'a', x: 0 });
    fold(known, [op('1', 'update', 'a', { x: 1 }), op('2', 'delete', 'a')]);
    assert.deepEqual([...known.values()], [{ entity: { id: 'a', x: 0 }, version: 1 }]);
  });

  it('does not bring back what somebody else has deleted', () => {
    assert.deepEqual(folded(base(), op('1', 'update', 'a', { x: 1 }, { gone: true })), []);
  });

  it('shows an edit of what is not known yet', () => {
    assert.deepEqual(folded(base(), op('1', 'update', 'a', { x: 1 })), [{ id: 'a', x: 1 }]);
  });
});

describe('a queue', () => {
  const add = (ops, more) => enqueue(ops, more);

  it('makes one of two unsent updates, with the newer version that was seen', () => {
    const { ops, into } = add([op('1', 'update', 'a', { x: 1 }, { baseVersion: 1 })], op('2', 'update', 'a', { y: 2 }, { baseVersion: 2 }));
    assert.deepEqual(ops, [op('1', 'update', 'a', { x: 1, y: 2 }, { baseVersion: 2 })]);
    assert.equal(into, '1');
  });

  it('does not change what a server may know already', () => {
    for (const known of [{ state: 'sent', tried: true }, { tried: true }, { state: 'conflict' }]) {
      assert.equal(add([op('1', 'update', 'a', { x: 1 }, known)], op('2', 'update', 'a', { x: 2 })).ops.length, 2);
    }
  });

  it('puts an update into the unsent create', () => {
    assert.deepEqual(add([op('1', 'create', 't', { x: 1 })], op('2', 'update', 't', { x: 2 })).ops, [op('1', 'create', 't', { x: 2 })]);
  });

  it('lets a delete take the place of unsent updates', () => {
    const { ops, replaced } = add([op('1', 'update', 'a', { x: 1 }), op('2', 'update', 'b', { x: 1 })], op('3', 'delete', 'a'));
    assert.deepEqual(ops.map(({ opId }) => opId), ['2', '3']);
    assert.deepEqual(replaced, ['1']);
  });

  it('forgets an unsent create with its delete', () => {
    const { ops, into, vanished } = add([op('1', 'create', 't', { x: 1 })], op('2', 'delete', 't'));
    assert.deepEqual([ops, into, vanished], [[], null, ['1']]);
  });

  it('still deletes what has been sent to be created', () => {
    const { ops } = add([op('1', 'create', 't', { x: 1 }, { state: 'sent', tried: true })], op('2', 'delete', 't'));
    assert.deepEqual(ops.map(({ action }) => action), ['create', 'delete']);
  });

  it('stands on the version of its own former operation', () => {
    const ops = [op('1', 'update', 'a', { x: 1 }, { baseVersion: 1 }), op('2', 'update', 'a', { x: 1 }, { baseVersion: 1, tried: true })];
    assert.deepEqual(standOn(ops, 'a', 5).map(({ baseVersion }) => baseVersion), [5, 1]);
  });
});

describe('an event', () => {
  const event = (action, data, version) => ({ action, data, meta: { version } });

  it('touches the fields that differ, whatever else it carries', () => {
    assert.deepEqual(changedFields({ id: 'a', x: 1, y: { z: [1] } }, { id: 'a', x: 2, y: { z: [1] } }), ['x']);
  });

  it('meets an operation in the fields that both touch', () => {
    const known = { id: 'a', x: 1, y: 1 };
    assert.deepEqual(meeting(op('1', 'update', 'a', { x: 5, y: 5 }), event('updated', { id: 'a', x: 2, y: 1 }), known), ['x']);
    assert.equal(meeting(op('1', 'update', 'a', { y: 5 }), event('updated', { id: 'a', x: 2 }), known), null);
  });

  it('that deletes meets every edit and no other delete', () => {
    assert.deepEqual(meeting(op('1', 'update', 'a', { x: 5 }), event('deleted', { id: 'a' }), {}), ['x']);
    assert.equal(meeting(op('1', 'delete', 'a'), event('deleted', { id: 'a' }), {}), null);
  });

  it('with some fields leaves the others', () => {
    const known = base({ id: 'a', x: 1, y: 1 });
    applyEvent(known, event('updated', { id: 'a', x: 2 }, 2));
    assert.deepEqual(known.get('a'), { entity: { id: 'a', x: 2, y: 1 }, version: 2 });
  });

  it('older than what is known changes nothing', () => {
    const known = new Map([['a', { entity: { id: 'a', x: 9 }, version: 9 }]]);
    applyEvent(known, event('updated', { id: 'a', x: 2 }, 8));
    assert.equal(known.get('a').entity.x, 9);
  });
});
