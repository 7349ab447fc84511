// What an operation does to entities, and to other operations. Pure: no clock, no socket, no storage.
//
// An operation: { opId, action, id, data, baseVersion, state, tried, gone }. Its state is `queued`, `sent`, `acknowledged`
// or `conflict`; `tried` says that a server may know its opId already, so that its content must not change any more.
// `base` is a Map of id → { entity, version }: what the server said last, and nothing of ours.

const TEMPORARY = 'temp_';

export const temporaryId = (opId) => TEMPORARY + opId;
export const isTemporary = (id) => id.startsWith(TEMPORARY);
export const isUnsent = (op) => op.state === 'queued' && !op.tried;

/** What is shown: the server's state with our operations laid over it, in their order. */
export function fold(base, ops) {
  const local = new Map();
  for (const [id, { entity }] of base) local.set(id, entity);
  for (const op of ops) lay(local, op);
  return local;
}

function lay(local, { action, id, data, gone }) {
  if (action === 'delete') local.delete(id);
  else if (!gone || local.has(id)) local.set(id, { id, ...local.get(id), ...data });
}

/**
 * The list with one operation more. What has not been sent takes it up when it can: `into` is the operation that now
 * stands for the new one (null when both have come to nothing), `replaced` those that it stands for besides, and
 * `vanished` those that nobody needs to send any more.
 */
export function enqueue(ops, op) {
  return op.action === 'delete' ? enqueueDelete(ops, op) : enqueueWrite(ops, op);
}

function enqueueWrite(ops, op) {
  const last = ops.findLast(({ id }) => id === op.id);
  if (op.action === 'create' || !last || !isUnsent(last)) return { ops: [...ops, op], into: op.opId, replaced: [], vanished: [] };
  // Who edits again has seen what came in between, and it did not touch the first edit, or that would be a conflict.
  const baseVersion = newest(last.baseVersion, op.baseVersion);
  const grown = { ...last, data: { ...last.data, ...op.data }, ...(baseVersion === undefined ? {} : { baseVersion }) };
  return { ops: ops.map((other) => (other === last ? grown : other)), into: last.opId, replaced: [], vanished: [] };
}

function enqueueDelete(ops, op) {
  const isOver = (other) => other.id === op.id && (isUnsent(other) || other.state === 'conflict');
  const over = ops.filter(isOver);
  const rest = ops.filter((other) => !isOver(other));
  const opIds = over.map(({ opId }) => opId);
  // The server has never heard of it, so there is nothing to delete there.
  if (over.some((other) => other.action === 'create' && isUnsent(other))) return { ops: rest, into: null, replaced: [], vanished: opIds };
  return { ops: [...rest, op], into: op.opId, replaced: opIds, vanished: [] };
}

/** Operations that were queued for an entity before the server had given it an id. */
export function remap(ops, from, to) {
  return ops.map((op) => (op.id === from ? { ...op, id: to } : op));
}

/** After an operation of ours has become `version`, later ones stand on it: they were made on top of it. */
export function standOn(ops, id, version) {
  if (version === undefined) return ops;
  const isOnTop = (op) => op.id === id && !op.tried && op.action !== 'create';
  return ops.map((op) => (isOnTop(op) ? { ...op, baseVersion: newest(op.baseVersion, version) } : op));
}

/** Several edits of one entity as one. A delete is alone already: it has taken the place of what was before it. */
export function combine(ops) {
  return { action: ops[0].action, data: Object.assign({}, ...ops.map(({ data }) => data)) };
}

/** The fields that an event changes. It may carry the whole entity, so that only a comparison tells what it touched. */
export function changedFields(entity, data) {
  return Object.keys(data).filter((field) => field !== 'id' && !same(entity?.[field], data[field]));
}

/** The fields in which an operation and an event meet, or null when they do not. A delete meets everything. */
export function meeting(op, event, known) {
  if (op.action === 'delete' && event.action === 'deleted') return null;
  if (event.action === 'deleted') return fieldsOf(op);
  const changed = changedFields(known, event.data);
  const met = op.action === 'delete' ? changed : fieldsOf(op).filter((field) => changed.includes(field));
  return met.length > 0 ? met : null;
}

export const fieldsOf = (op) => Object.keys(op.data ?? {}).filter((field) => field !== 'id');

/**
 * Lays an event over `base`. An entity that is known in a newer version stays as it is: an answer to an operation may
 * have overtaken the events.
 */
export function applyEvent(base, { action, data, meta }) {
  const id = String(data.id);
  const known = base.get(id);
  if (isOlder(meta?.version, known?.version)) return;
  if (action === 'deleted') base.delete(id);
  else base.set(id, { entity: { ...known?.entity, ...data }, version: meta?.version ?? known?.version });
}

/** What the server answered, laid over `base` for when no event tells it. */
export function applyAnswer(base, op, { id = op.id, version, data }) {
  if (op.action === 'delete') return void base.delete(String(id));
  const known = base.get(String(id));
  if (isOlder(version, known?.version)) return;
  base.set(String(id), { entity: { ...known?.entity, ...op.data, ...data, id: data?.id ?? id }, version: version ?? known?.version });
}

const isOlder = (version, than) => version !== undefined && than !== undefined && version < than;
const newest = (a, b) => (a === undefined ? b : b === undefined ? a : Math.max(a, b));

export function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}
