import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { indexedDbAdapter, localStorageAdapter, memoryStorage } from '../../../main/resources/web/client/index.js';

/** As much of a browser's localStorage as is used. */
function texts() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => void kept.set(key, text), removeItem: (key) => void kept.delete(key) };
}

/** As much of IndexedDB as is used; whatever is asked happens later. */
function database({ isFull = false } = {}) {
  const kept = new Map();
  const later = (request, name) => queueMicrotask(() => request[name]?.());
  const request = (result) => ({ result });
  const table = {
    get: (key) => request(structuredClone(kept.get(key))),
    put: (value, key) => (isFull ? request() : (kept.set(key, structuredClone(value)), request(key))),
    delete: (key) => (kept.delete(key), request()),
  };
  const opened = {
    createObjectStore: () => table,
    transaction: () => {
      const transaction = { objectStore: () => table, error: new Error('QuotaExceededError') };
      later(transaction, isFull ? 'onabort' : 'oncomplete');
      return transaction;
    },
  };
  return {
    open: () => {
      const opening = request(opened);
      later(opening, 'onupgradeneeded');
      later(opening, 'onsuccess');
      return opening;
    },
  };
}

const ADAPTERS = { memory: () => memoryStorage(), localStorage: () => localStorageAdapter(texts()), IndexedDB: () => indexedDbAdapter({ factory: database() }) };

for (const [name, make] of Object.entries(ADAPTERS)) {
  describe(`a storage in ${name}`, () => {
    it('gives back what was stored, as it was then', async () => {
      const storage = make();
      const ops = [{ opId: '1', data: { a: 1 } }];
      await storage.set('k', ops);
      ops[0].data.a = 2;
      assert.deepEqual(await storage.get('k'), [{ opId: '1', data: { a: 1 } }]);
    });

    it('has nothing where nothing was stored, or it was removed', async () => {
      const storage = make();
      await storage.set('k', [1]);
      await storage.remove('k');
      assert.deepEqual([await storage.get('k'), await storage.get('other')], [undefined, undefined]);
    });
  });
}

describe('a storage that', () => {
  it('holds what nobody can read is empty', () => {
    const store = texts();
    store.setItem('k', '[{');
    assert.equal(localStorageAdapter(store).get('k'), undefined);
  });

  it('is full says so', async () => {
    await assert.rejects(indexedDbAdapter({ factory: database({ isFull: true }) }).set('k', [1]), { message: 'QuotaExceededError' });
  });
});
