// The live connection: one plain WebSocket, reopened for as long as someone is signed in.

const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 15_000;
const JOIN_MS = 15_000; // to be let in; the gateway itself allows 10 s for the token
const PING_MS = 20_000;
const ANSWER_MS = 10_000;
const TERMINAL = new Set([4001, 4003]); // coming back cannot change the answer

/**
 * Phases: `connecting` (never joined yet), `picture` (joined, the picture is coming), `live`, `lost` (will try again
 * at `retryAt`), `refused` (ended for good). Callbacks: `phase(state)`, `event(name, data)`.
 */
export class Live {
  #socket = null;
  #failures = 0;
  #retry = 0;
  #deadline = 0;
  #ping = 0;
  #pings = 0;
  #answered = false;
  #refusal = null;

  constructor(token, { phase, event }) {
    this.token = token;
    this.tell = { phase, event };
    this.state = { phase: 'connecting', heardAt: null };
  }

  start() {
    addEventListener('online', this.tryNow);
    document.addEventListener('visibilitychange', this.#seen);
    this.#open();
  }

  stop() {
    removeEventListener('online', this.tryNow);
    document.removeEventListener('visibilitychange', this.#seen);
    clearTimeout(this.#retry);
    this.#drop();
  }

  tryNow = () => {
    if (this.state.phase !== 'lost') return;
    clearTimeout(this.#retry);
    this.#open();
  };

  /** Timers of hidden tabs are slowed down; someone who looks again should not have to wait for them. */
  #seen = () => {
    if (document.visibilityState === 'visible') this.tryNow();
  };

  #open() {
    const url = new URL('ws/dashboard', document.baseURI);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.hash = '';
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#enter(this.state.phase === 'connecting' ? {} : { phase: 'lost', trying: true, retryAt: null });
    this.#deadline = setTimeout(() => this.#lose(), JOIN_MS);
    socket.onopen = () => socket.send(JSON.stringify({ event: 'auth', data: { token: this.token } }));
    socket.onmessage = (message) => this.#hear(message.data);
    socket.onclose = (end) => this.#lose(end);
  }

  #hear(text) {
    clearTimeout(this.#deadline);
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return; // One unreadable frame is no reason to lose the rest.
    }
    this.state.heardAt = Date.now();
    if ('ack' in frame) {
      this.#answered = true;
      return;
    }
    const { event, data } = frame;
    if (event === 'joined') {
      this.#enter({ phase: 'picture', joined: data, trying: false });
      this.#ping = setInterval(() => this.#askForLife(), PING_MS);
    }
    if (event === 'error') this.#refusal = data?.data?.code ?? null;
    this.tell.event(event, data);
    if (event === 'picture' && data.complete && this.state.phase === 'picture') {
      this.#failures = 0;
      this.#enter({ phase: 'live', lostAt: null });
    }
  }

  /**
   * A browser cannot see protocol pings, so a dead path would look like a quiet fleet. A gateway that has never
   * answered one is not held to it.
   */
  #askForLife() {
    this.#pings += 1;
    this.#socket.send(JSON.stringify({ event: 'ping', id: this.#pings }));
    if (this.#answered) this.#deadline = setTimeout(() => this.#lose(), ANSWER_MS);
  }

  #lose(end) {
    this.#drop();
    if (TERMINAL.has(end?.code)) {
      this.#enter({ phase: 'refused', code: this.#refusal });
      return;
    }
    const neverJoined = this.state.phase === 'connecting' || this.state.trying;
    const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#failures) * (0.5 + Math.random());
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#open(), wait);
    this.#enter({
      phase: 'lost',
      trying: false,
      neverJoined,
      retryAt: Date.now() + wait,
      lostAt: this.state.phase === 'lost' ? this.state.lostAt : Date.now(),
    });
  }

  #drop() {
    clearTimeout(this.#deadline);
    clearInterval(this.#ping);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #enter(change) {
    this.state = { ...this.state, ...change };
    this.tell.phase(this.state);
  }
}
