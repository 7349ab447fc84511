// Of all tabs one owns a queue. A lock of the browser says which, so that it is never two, and passes on when a tab ends;
// a BroadcastChannel is how the others hand it what they want done, and how they see what has become of it.

import { RealtimeError } from './environment.js';

export class Tabs {
  #channel;
  #act;
  #id;
  #count = 0;
  #waiting = new Map();
  #end = new AbortController();
  #release = () => {};

  isLeader = false;

  /** `elected()` prepares to lead, `perform(command, args)` does what is asked of the leader, `told(message)` hears it. */
  constructor(name, { locks = globalThis.navigator?.locks, Channel = globalThis.BroadcastChannel, newId }, act) {
    if (!locks || !Channel) throw new TypeError('`tabs` needs Web Locks and BroadcastChannel, which browsers have on secure pages only');
    this.#act = act;
    this.#id = newId();
    this.#channel = new Channel(name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    locks.request(name, { signal: this.#end.signal }, () => this.#lead()).catch(() => {}); // closed before it was elected
    this.tell({ type: 'hello' });
  }

  tell(message) {
    this.#channel?.postMessage(message);
  }

  /** Done by whoever leads. When that tab ends over it, the next leader is asked; nothing may be harmed by doing it twice. */
  ask(command, args) {
    if (this.isLeader) return this.#act.perform(command, args);
    this.#count += 1;
    const question = { type: 'ask', id: `${this.#id}.${this.#count}`, command, args };
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.id, { question, resolve, reject });
      this.tell(question);
    });
  }

  close() {
    this.#end.abort();
    this.#release();
    this.isLeader = false;
    this.#channel.close();
    this.#channel = null;
  }

  async #lead() {
    if (this.#end.signal.aborted) return undefined;
    await this.#act.elected();
    this.isLeader = true;
    const held = new Promise((resolve) => (this.#release = resolve));
    this.tell({ type: 'leads' });
    for (const [id, { question, resolve, reject }] of this.#waiting) {
      this.#waiting.delete(id);
      this.#act.perform(question.command, question.args).then(resolve, reject);
    }
    return held;
  }

  #hear(message) {
    if (message.type === 'ask') this.#answer(message);
    else if (message.type === 'answer') this.#answered(message);
    else if (message.type === 'leads') for (const { question } of this.#waiting.values()) this.tell(question);
    else this.#act.told(message);
  }

  async #answer({ id, command, args }) {
    if (!this.isLeader) return;
    try {
      this.tell({ type: 'answer', id, result: await this.#act.perform(command, args) });
    } catch (error) {
      this.tell({ type: 'answer', id, error: { ...error, code: error.code ?? 'INTERNAL_ERROR', message: error.message } });
    }
  }

  #answered({ id, result, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new RealtimeError(error));
    else waiting?.resolve(result);
  }
}
