// Where a queue outlives the page. An adapter has get(key), set(key, value) and remove(key), each may be asynchronous.

export function memoryStorage() {
  const kept = new Map();
  return {
    // A copy, as a real store would give: what is changed afterwards is not thereby stored.
    get: (key) => (kept.has(key) ? JSON.parse(kept.get(key)) : undefined),
    set: (key, value) => void kept.set(key, JSON.stringify(value)),
    remove: (key) => void kept.delete(key),
  };
}

export function localStorageAdapter(store = globalThis.localStorage) {
  return {
    get: (key) => readable(store.getItem(key)),
    set: (key, value) => store.setItem(key, JSON.stringify(value)),
    remove: (key) => store.removeItem(key),
  };
}

/** What somebody else has broken is as good as absent; a page that cannot start because of it helps nobody. */
function readable(text) {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const TABLE = 'queues';

export function indexedDbAdapter({ name = 'muster', factory = globalThis.indexedDB } = {}) {
  let opening = null;
  const database = () => (opening ??= open(factory, name).catch((error) => {
    opening = null; // Private windows refuse at first and may allow it later.
    throw error;
  }));
  const within = async (mode, deed) => transacted(await database(), mode, deed);
  return {
    get: (key) => within('readonly', (table) => table.get(key)),
    set: (key, value) => within('readwrite', (table) => table.put(value, key)).then(() => undefined),
    remove: (key) => within('readwrite', (table) => table.delete(key)),
  };
}

function open(factory, name) {
  const request = factory.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  return answered(request);
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('another tab keeps the old database open'));
  });
}

/** A request may succeed and its transaction still fail, so it is the transaction that is waited for. */
function transacted(database, mode, deed) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(TABLE, mode);
    const request = deed(transaction.objectStore(TABLE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}
