// The browser client of Muster: one connection, and the entities that are kept over it.

export { RealtimeError } from './environment.js';
export { createRealtimeClient } from './realtime-client.js';
export { createStateManager } from './state-manager.js';
export { indexedDbAdapter, localStorageAdapter, memoryStorage } from './storage.js';
