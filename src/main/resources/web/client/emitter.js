// Listeners by the name of what happened, and one value that can be watched.

export class Emitter {
  #entries = new Set();

  /** `*` is one part of a name, `**` any number of them, and `*` alone is everything. */
  on(pattern, listener) {
    const entry = { matches: matcher(pattern), listener };
    this.#entries.add(entry);
    return () => void this.#entries.delete(entry);
  }

  emit(name, payload) {
    for (const { matches, listener } of [...this.#entries]) if (matches(name)) tell(listener, payload, name);
  }
}

export class Watched {
  #listeners = new Set();

  constructor(value) {
    this.value = value;
  }

  /** The present value is told at once. The answer ends it: as a function, and as RxJS expects. */
  subscribe(listener) {
    const next = typeof listener === 'function' ? listener : (value) => listener.next(value);
    this.#listeners.add(next);
    tell(next, this.value);
    const end = () => void this.#listeners.delete(next);
    end.unsubscribe = end;
    return end;
  }

  set(value) {
    if (value === this.value) return;
    this.value = value;
    for (const next of [...this.#listeners]) tell(next, value);
  }
}

/** A listener that fails is reported like any uncaught error, and keeps nobody else from hearing. */
function tell(listener, ...args) {
  try {
    listener(...args);
  } catch (error) {
    report(error);
  }
}

/** Browsers have a way for it; elsewhere it is the host's, who sees what nobody catches. */
function report(error) {
  if (globalThis.reportError) globalThis.reportError(error);
  else queueMicrotask(() => { throw error; });
}

function matcher(pattern) {
  if (pattern === '*') return () => true;
  const parts = pattern.split('.');
  if (!parts.some((part) => part === '*' || part === '**')) return (name) => name === pattern;
  return (name) => fits(parts, name.split('.'));
}

function fits([part, ...parts], name) {
  if (part === undefined) return name.length === 0;
  if (part === '**') return name.some((_, from) => fits(parts, name.slice(from))) || fits(parts, []);
  return name.length > 0 && (part === '*' || part === name[0]) && fits(parts, name.slice(1));
}
