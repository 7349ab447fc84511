// What is known of the fleet. Pure: no document, no clock, so that it can be tested by itself.

/** Worst first: the order in which someone on duty wants to see them. */
export const STATUSES = ['offline', 'reconnecting', 'never-seen', 'online'];

const byText = new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare;
const rank = Object.fromEntries(STATUSES.map((status, index) => [status, index]));

const ORDERS = {
  name: (a, b) => byText(a.name || a.id, b.name || b.id),
  id: (a, b) => byText(a.id, b.id),
  status: (a, b) => rank[a.status] - rank[b.status] || descending(text(a.statusSince), text(b.statusSince)),
  lastSeen: (a, b) => descending(text(a.lastSeen), text(b.lastSeen)),
  version: (a, b) => byText(text(a.appVersion), text(b.appVersion)),
  cpu: (a, b) => descending(a.load?.cpu ?? -1, b.load?.cpu ?? -1),
  pending: (a, b) => descending(a.pendingCommands ?? 0, b.pendingCommands ?? 0),
};

export class Fleet {
  #devices = new Map();
  #arriving = null;
  #found = new WeakMap();
  #names = [];
  #view = { of: '' };
  #summary = { of: -1 };

  /** Grows with every change, so that a view can be kept until something has happened. */
  revision = 0;

  /** Whether there has been one complete picture. */
  known = false;

  /** A picture is collected aside and shown when complete, so that a half of one never looks like the fleet. */
  beginPicture() {
    this.#arriving = new Map();
    this.revision += 1;
  }

  picture({ devices, complete }) {
    this.#arriving ??= new Map();
    devices.forEach((device) => keepNewer(this.#arriving, device));
    if (complete) {
      this.#devices = this.#arriving;
      this.#arriving = null;
      this.known = true;
    }
    this.revision += 1;
  }

  get arriving() {
    return this.#arriving?.size ?? 0;
  }

  /** A change; it may overtake the picture, or be an echo of what the picture already showed. */
  change(device) {
    if (this.#arriving) keepNewer(this.#arriving, device);
    keepNewer(this.#devices, device);
    this.revision += 1;
  }

  /** Hints: they fill in what is shown and never create a device or change its status. */
  sample(hints) {
    for (const { id, ...hint } of hints) {
      for (const devices of [this.#devices, this.#arriving]) {
        const known = devices?.get(id);
        if (known && !(text(hint.lastSeen) < text(known.lastSeen))) devices.set(id, { ...known, ...hint });
      }
    }
    this.revision += 1;
  }

  /** How many are pending is a hint too, and devices that are away send no samples: commands are counted as they move. */
  commandMoved({ deviceId, timeline }, settled) {
    const step = settled ? -1 : timeline?.length === 1 ? 1 : 0;
    const known = this.#devices.get(deviceId);
    if (!known || step === 0) return;
    this.#devices.set(deviceId, { ...known, pendingCommands: Math.max(0, (known.pendingCommands ?? 0) + step) });
    this.revision += 1;
  }

  get(id) {
    return this.#devices.get(id);
  }

  summary() {
    if (this.#summary.of !== this.revision) this.#summary = { of: this.revision, ...this.#count() };
    return this.#summary;
  }

  #count() {
    const counts = { total: 0, pending: 0, disabled: 0, online: 0, reconnecting: 0, offline: 0, 'never-seen': 0 };
    const tags = new Map();
    for (const device of this.#present()) {
      counts.total += 1;
      counts[device.status] = (counts[device.status] ?? 0) + 1;
      if (device.pendingCommands > 0) counts.pending += 1;
      if (device.disabled) counts.disabled += 1;
      for (const tag of device.tags ?? []) tags.set(tag, (tags.get(tag) ?? 0) + 1);
    }
    return { counts, tags: [...tags].sort((a, b) => b[1] - a[1] || byText(a[0], b[0])) };
  }

  /** The devices to show, in order. `status` is a set; empty means all. The answer is kept until something changes. */
  view({ status, tag, text: words, only, sort, reverse }) {
    const of = JSON.stringify([this.revision, [...status], tag, words, only, sort, reverse]);
    if (this.#view.of === of) return this.#view.rows;
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = (sort === 'name' ? this.#inOrderOfNames() : this.#present()).filter(
      (device) =>
        (status.size === 0 || status.has(device.status)) &&
        (!tag || device.tags?.includes(tag)) &&
        (!only || (only === 'disabled' ? device.disabled : device.pendingCommands > 0)) &&
        wanted.every((word) => this.#text(device).includes(word)),
    );
    if (sort !== 'name') rows.sort((a, b) => ORDERS[sort](a, b) || descending(b.id, a.id));
    if (reverse) rows.reverse();
    this.#view = { of, rows };
    return rows;
  }

  #present() {
    return [...this.#devices.values()].filter((device) => !device.retired);
  }

  /** Comparing 20,000 names takes a tenth of a second, so their order is kept until a name or the membership changes. */
  #inOrderOfNames() {
    const devices = this.#devices;
    const kept = this.#names;
    if (kept.length !== devices.size || kept.some(([id, name]) => devices.get(id)?.name !== name)) {
      this.#names = [...devices.values()]
        .sort((a, b) => ORDERS.name(a, b) || descending(b.id, a.id))
        .map((device) => [device.id, device.name]);
    }
    return this.#names.map(([id]) => devices.get(id)).filter((device) => !device.retired);
  }

  #text(device) {
    let known = this.#found.get(device);
    if (known === undefined) {
      known = [device.name, device.id, device.appVersion, ...(device.tags ?? [])].join(' ').toLowerCase();
      this.#found.set(device, known);
    }
    return known;
  }
}

function keepNewer(devices, device) {
  const known = devices.get(device.id);
  if (known && isOlder(device, known)) return;
  // A change may leave out hints that a sample has brought since.
  devices.set(device.id, known ? { ...hintsOf(known), ...device } : device);
}

function hintsOf({ lastSeen, appVersion, load, showing }) {
  return { lastSeen, appVersion, load, showing };
}

/** Epoch first: a newer connection of the device outranks whatever the older one did. */
export function isOlder(device, than) {
  return device.epoch !== than.epoch ? device.epoch < than.epoch : device.seq < than.seq;
}

const text = (value) => value ?? '';
const descending = (a, b) => (a < b ? 1 : a > b ? -1 : 0);
