// Times and numbers as people read them.

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** `3 h 12 min`, `45 s`: two units at most, for reading at a glance. */
export function duration(ms) {
  let rest = Math.max(0, Math.floor(ms / 1000));
  const first = UNITS.findIndex(([, size]) => rest >= size);
  if (first < 0) return '0 s';
  const [unit, size] = UNITS[first];
  const whole = Math.floor(rest / size);
  rest -= whole * size;
  const next = UNITS[first + 1];
  const part = next && whole < 10 ? Math.floor(rest / next[1]) : 0;
  return part > 0 ? `${whole} ${unit} ${part} ${next[0]}` : `${whole} ${unit}`;
}

/** A clock a little behind the gateway's must not say that something was seen in the future. */
export function ago(iso, now) {
  if (!iso) return '–';
  const ms = now - Date.parse(iso);
  return ms < 1_500 ? 'now' : `${briefly(ms)} ago`;
}

/** One unit, for columns. */
export function briefly(ms) {
  const rest = Math.max(0, Math.floor(ms / 1000));
  const [unit, size] = UNITS.find(([, each]) => rest >= each) ?? ['s', 1];
  return `${Math.floor(rest / size)} ${unit}`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

export const timeOfDay = (at) => clock.format(new Date(at));
export const inFull = (iso) => (iso ? full.format(new Date(iso)) : '');

/** With the day only when it is not today. */
export function moment(iso, now) {
  const at = new Date(iso);
  const today = new Date(now).toDateString() === at.toDateString();
  return today ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`;
}

/** The time between two steps, to the millisecond while that is what matters. */
export function step(fromIso, toIso) {
  const ms = Date.parse(toIso) - Date.parse(fromIso);
  if (ms < 1_000) return `+${Math.max(0, ms)} ms`;
  if (ms < 60_000) return `+${(ms / 1_000).toFixed(1)} s`;
  return `+${duration(ms)}`;
}

const whole = new Intl.NumberFormat('en').format;
export const count = (n) => whole(n ?? 0);

export const STATUS = {
  online: 'Online',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
  'never-seen': 'Never seen',
};

/** Without a live connection a status is a memory, and is said as one. */
export function statusWords(status, stale) {
  if (!stale || status === 'never-seen') return STATUS[status];
  return `was ${STATUS[status].toLowerCase()}`;
}
