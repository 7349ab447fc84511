// Time, chance and refusals, so that tests can bring their own of each.

export const systemClock = {
  now: () => Date.now(),
  setTimeout: (deed, ms) => setTimeout(deed, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

/** crypto.randomUUID exists on secure pages only, and a gateway in a closed network may be reached without TLS. */
export function randomId() {
  if (globalThis.crypto.randomUUID) return globalThis.crypto.randomUUID();
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** What the server, or this client in its place, has refused. */
export class RealtimeError extends Error {
  constructor({ code, message, ...more }) {
    super(message ?? code);
    this.name = 'RealtimeError';
    this.code = code;
    Object.assign(this, more);
  }
}

const PASSING_CODES = new Set([
  'TIMEOUT', 'DISCONNECTED', 'RATE_LIMIT_EXCEEDED', 'UNAVAILABLE', 'INTERNAL_ERROR', 'REALTIME_ERROR', 'TOKEN_EXPIRED', 'AUTH_FAILED',
]);

export const PASSING_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Whether the same question may be answered otherwise later. Work of people is not thrown away for a token that has expired. */
export function isPassing({ code, statusCode }) {
  return PASSING_CODES.has(code) || statusCode === 401 || PASSING_STATUS.has(statusCode);
}
