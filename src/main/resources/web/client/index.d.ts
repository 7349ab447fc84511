// The types of the browser client. Peer dependency: socket.io-client ^4.7, whose `io` the caller gives.

export type Status = 'disconnected' | 'connecting' | 'connected' | 'reconnecting' | 'error';
export type SyncStatus = 'syncing' | 'conflict' | 'pending' | 'dirty' | 'clean';
export type OfflinePolicy = 'queue' | 'http' | 'fail';
export type Unsubscribe = (() => void) & { unsubscribe?: () => void };

/** What the server has refused, or this client in its place: TIMEOUT, DISCONNECTED, UNAVAILABLE, QUEUE_FULL, NOT_FOUND. */
export declare class RealtimeError extends Error {
  code: string;
  statusCode?: number;
  correlationId?: string;
  timestamp?: string;
  retryAfterMs?: number;
  current?: { id: string; version: number; data: Record<string, unknown> } | null;
}

export interface Storage {
  get(key: string): unknown | Promise<unknown>;
  set(key: string, value: unknown): void | Promise<void>;
  remove(key: string): void | Promise<void>;
}

export declare function memoryStorage(): Storage;
export declare function localStorageAdapter(store?: globalThis.Storage): Storage;
export declare function indexedDbAdapter(options?: { name?: string; factory?: IDBFactory }): Storage;

export interface ClientOptions {
  /** `io` of socket.io-client; without it the global one. */
  io?: (url: string, options: object) => unknown;
  path?: string;
  /** Asked on every connect, so it may renew the token. */
  getToken?: () => string | undefined | Promise<string | undefined>;
  transports?: string[];
  storage?: Storage;
  /** Whose queue it is, for example the user's id: what one has queued must not be sent by the next who signs in. */
  scope?: string;
  offlinePolicy?: OfflinePolicy;
  ackTimeoutMs?: number;
  /** One tab owns the queue, the others hand theirs to it. Needs a storage that the tabs share, and a secure page. */
  tabs?: boolean | { locks: LockManager; Channel: typeof BroadcastChannel };
  clock?: { now(): number; setTimeout(deed: () => void, ms: number): unknown; clearTimeout(timer: unknown): void };
  random?: () => number;
  newId?: () => string;
}

export interface RoomEvent<T = Record<string, unknown>> {
  feature: string;
  entity: string;
  action: string;
  data: T;
  meta: {
    timestamp: string;
    userId?: string;
    sessionId?: string;
    featureVersion?: string;
    priority?: 'low' | 'normal' | 'high' | 'critical';
    eventId?: string;
    prevEventId?: string;
    opId?: string;
    version?: number;
    replay?: boolean;
  };
}

export interface Granted {
  rooms: string[];
  denied: { room: string; code: string; correlationId?: string }[];
  /** Nobody is connecting; it is noted and asked for on connect. */
  queued?: true;
}

export interface RealtimeClient {
  readonly status: Status;
  readonly status$: { readonly value: Status; subscribe(next: ((status: Status) => void) | { next(status: Status): void }): Unsubscribe };
  connect(token?: string): Promise<void>;
  disconnect(): void;
  isConnected(): boolean;
  subscribe(wanted: { features: string[]; entities?: string[] }): Promise<Granted>;
  unsubscribe(wanted: { features: string[]; entities?: string[] }): Promise<void>;
  /**
   * `users.user.created`, `users.user.*`, `users.**`, `*` for everything, the name of any other event of the server, or
   * one of ours: connected, disconnected, connect_error, error, subscribed, resync.
   */
  on(pattern: string, listener: (event: any, name: string) => void): Unsubscribe;
  lastEventId(room: string): string | undefined;
  stats(): Promise<unknown>;
  lock(feature: string, entity: string, id: string): Promise<unknown>;
  unlock(feature: string, entity: string, id: string): Promise<unknown>;
  request(name: string, payload: object): Promise<any>;
}

export declare function createRealtimeClient(url: string, options?: ClientOptions): RealtimeClient;

export interface How {
  /** To be passed on as Idempotency-Key, so that a second attempt is recognised. */
  opId: string;
  baseVersion?: number;
}

export interface ManagerOptions<T> {
  feature: string;
  entity: string;
  /** By HTTP, for when the socket is down. What they throw has a `code` or the `status` of the response. */
  fetchAll?: () => Promise<T[]>;
  create?: (data: Partial<T>, how: How) => Promise<T>;
  update?: (id: string, patch: Partial<T>, how: How) => Promise<T>;
  remove?: (id: string, how: How) => Promise<unknown>;
  mergePolicy?: 'field-merge' | 'strict';
  cacheTtlMs?: number;
  retryAttempts?: number;
  offlinePolicy?: OfflinePolicy;
  storage?: Storage;
}

export interface Operation<T = Record<string, unknown>> {
  opId: string;
  action: 'create' | 'update' | 'delete';
  id: string;
  data?: Partial<T>;
  baseVersion?: number;
  state: 'queued' | 'sent' | 'acknowledged' | 'conflict';
  createdAt: number;
}

export interface Conflict<T> {
  id: string;
  opId: string;
  action: 'create' | 'update' | 'delete';
  conflictedFields: string[];
  localVersion: T | null;
  /** null when somebody has deleted it. */
  serverVersion: T | null;
  baseVersion?: number;
  currentVersion?: number;
  timestamp: number;
  correlationId?: string;
}

export type Outcome<T> =
  | { ok: true; id: string; eventId?: string; version?: number; data?: T; duplicate?: true }
  | { ok: false; error: { code: string; message?: string; statusCode?: number; correlationId?: string } };

export interface Optimistic<T> {
  /** Of the operation that stands for this one: an earlier unsent one may have taken it up. */
  opId: string;
  entity: T | null;
  /** What the server has said, `ok` or not. It never rejects. */
  confirmed: Promise<Outcome<T>>;
}

export type Told<T> =
  | { type: 'changed' }
  | { type: 'synced' }
  | ({ type: 'confirmed'; opId: string } & Extract<Outcome<T>, { ok: true }>)
  | { type: 'rolledBack'; opId: string; action: string; id: string; code: string; message?: string; correlationId?: string; statusCode?: number }
  | ({ type: 'conflict' } & Conflict<T>)
  | { type: 'error'; code: string; error: unknown };

export interface StateManager<T extends object> {
  /** The same list until something changes. */
  localState(): T[];
  serverState(): T[];
  pendingOperations(): Operation<T>[];
  conflicts(): Conflict<T>[];
  hasConflicts(): boolean;
  hasPendingOperations(): boolean;
  isLoading(): boolean;
  isConnected(): boolean;
  /** Milliseconds since the epoch. */
  lastSync(): number | null;
  syncStatus(): SyncStatus;
  syncWithServer(): Promise<T[]>;
  loadEntities(): Promise<T[]>;
  optimisticCreate(data: Partial<T>): Promise<Optimistic<T>>;
  optimisticUpdate(id: string | number, patch: Partial<T>): Promise<Optimistic<T>>;
  optimisticDelete(id: string | number): Promise<Optimistic<T>>;
  resolveConflict(id: string | number, choice: 'accept_local' | 'accept_server' | 'merge', merged?: Partial<T>): Promise<Optimistic<T> | undefined>;
  /** Resolves with how many were cancelled. */
  cancelPendingOperations(opId?: string): Promise<number>;
  forcePushToServer(): Promise<Outcome<T>[]>;
  reset(): Promise<void>;
  lock(id: string | number): Promise<unknown>;
  unlock(id: string | number): Promise<unknown>;
  subscribe(listener: (told: Told<T>) => void): Unsubscribe;
  on<K extends Told<T>['type']>(type: K, listener: (told: Extract<Told<T>, { type: K }>) => void): Unsubscribe;
  close(): void;
}

export declare function createStateManager<T extends object = Record<string, unknown>>(client: RealtimeClient, options: ManagerOptions<T>): StateManager<T>;
