// REST v1. Every failure, also of the network, arrives as a Problem.

const PATIENCE_MS = 15_000;

export class Problem extends Error {
  constructor({ title, detail, code, status, retryAfter }) {
    super(detail || title);
    Object.assign(this, { title, detail, code, status, retryAfter });
  }
}

export class Api {
  constructor(token, onUnauthorized) {
    this.token = token;
    this.onUnauthorized = onUnauthorized;
  }

  /** Whether the gateway still takes the token; throws when it cannot be asked. */
  async check() {
    await this.#ask('GET', 'devices?pageSize=1');
  }

  commands(deviceId, pageToken) {
    const page = pageToken ? `&pageToken=${encodeURIComponent(pageToken)}` : '';
    return this.#ask('GET', `${device(deviceId)}/commands?pageSize=20${page}`);
  }

  /** The key makes a repeat after a lost answer the same command, not a second one. */
  send(deviceId, command, key) {
    return this.#ask('POST', `${device(deviceId)}/commands`, command, { 'Idempotency-Key': key });
  }

  cancel(deviceId, commandId) {
    return this.#ask('DELETE', `${device(deviceId)}/commands/${encodeURIComponent(commandId)}`);
  }

  rename(deviceId, name) {
    return this.#ask('PATCH', device(deviceId), { name });
  }

  retag(deviceId, tags) {
    return this.#ask('PUT', `${device(deviceId)}/tags`, { tags });
  }

  disable(deviceId) {
    return this.#ask('POST', `${device(deviceId)}/disable`);
  }

  enable(deviceId) {
    return this.#ask('POST', `${device(deviceId)}/enable`);
  }

  pair(entered) {
    return this.#ask('POST', 'devices/pairing/complete', entered);
  }

  async #ask(method, path, body, headers = {}) {
    let answer;
    let text;
    try {
      answer = await fetch(new URL(`api/v1/${path}`, document.baseURI), {
        method,
        headers: {
          Accept: 'application/json, application/problem+json',
          Authorization: `Bearer ${this.token}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: 'omit',
        cache: 'no-store',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      text = await answer.text();
    } catch (cause) {
      const slow = cause?.name === 'TimeoutError';
      throw new Problem({
        title: slow ? 'The gateway did not answer in time' : 'The gateway cannot be reached',
        detail: 'It is not known whether the request was carried out. Trying again is safe.',
        code: slow ? 'no_answer' : 'no_connection',
      });
    }
    if (answer.ok) return text ? JSON.parse(text) : null;
    const problem = problemOf(answer, text);
    if (answer.status === 401) this.onUnauthorized(problem);
    throw problem;
  }
}

const device = (id) => `devices/${encodeURIComponent(id)}`;

/** A proxy in between may answer in HTML, so the body may be anything. */
function problemOf(answer, text) {
  let said = {};
  try {
    said = JSON.parse(text) ?? {};
  } catch {
    // Not ours; the status line has to do.
  }
  return new Problem({
    title: said.title || answer.statusText || 'Request failed',
    detail: said.detail,
    code: said.code || `http_${answer.status}`,
    status: answer.status,
    retryAfter: answer.headers.get('Retry-After'),
  });
}

/** Random; made without `crypto.randomUUID`, which plain-http origins do not have. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}
