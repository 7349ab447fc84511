// The events of one room in their order: each once, and none after a hole before the hole is filled. Pure.

const HELD_MAX = 10_000; // what a server replays at most; beyond it only a new picture helps

export class RoomFeed {
  #held = null;
  #floor = null;

  /** The id of the last event that was told, or null. */
  last = null;

  /** Where the stream began, for a room of which nothing was seen yet. */
  startAt(eventId) {
    if (this.last === null && this.#floor === null && eventId) this.last = eventId;
  }

  /** `events` can be told now; `replayFrom` is set when a hole has been seen; `lost` when it will not be filled. */
  take(event) {
    const { eventId, replay } = event.meta;
    if (replay && this.#floor !== null) return this.#takeRetained(event);
    if (this.last !== null && eventId <= this.last) return told([]);
    if (this.#held && !replay) return this.#hold(event);
    if (!replay && this.#isAfterHole(event)) {
      this.#held = [event];
      return { ...told([]), replayFrom: this.last, hole: this.#held };
    }
    this.last = eventId;
    return told([event]);
  }

  /** A replay has ended at `lastEventId`; what was held back meanwhile follows. */
  complete(lastEventId) {
    this.#floor = null;
    if (lastEventId) this.last = later(this.last, lastEventId);
    return this.#release();
  }

  /** The server cannot tell it in full. What it still has comes as a replay, although we stand behind it. */
  reset(headEventId) {
    this.last = headEventId ?? null;
    this.#floor = '';
    return { ...this.#release(), lost: true };
  }

  /** Nobody fills the hole; another one that was seen since is not meant. */
  giveUp(hole) {
    return this.#held && this.#held === hole ? { ...this.#release(), lost: true } : told([]);
  }

  /** What was held back comes again: the next connection asks for all that follows the last that was told. */
  disconnected() {
    this.#held = null;
    this.#floor = null;
  }

  #isAfterHole({ meta: { prevEventId } }) {
    // An earlier one than the last is no hole: a view may show less of the room than another.
    return this.last !== null && Boolean(prevEventId) && prevEventId > this.last;
  }

  #takeRetained(event) {
    const { eventId } = event.meta;
    if (eventId <= this.#floor) return told([]);
    this.#floor = eventId;
    this.last = later(this.last, eventId);
    return told([event]);
  }

  #hold(event) {
    this.#held.push(event);
    return this.#held.length > HELD_MAX ? this.giveUp(this.#held) : told([]);
  }

  #release() {
    const held = (this.#held ?? []).filter(({ meta }) => this.last === null || meta.eventId > this.last);
    this.#held = null;
    const lost = held.length > 0 && this.#isAfterHole(held[0]);
    if (held.length > 0) this.last = held.at(-1).meta.eventId;
    return { events: held, lost };
  }
}

const told = (events) => ({ events, lost: false });
const later = (a, b) => (a === null || b > a ? b : a);
