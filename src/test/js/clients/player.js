// What every display program does: beat, show what it is given, answer, and tell of it. The programs
// differ in what they believe and in what they do when something goes wrong; that is in their files.
import { breaks, open, vanishes, wipes } from "./wire.js";

const HEARTBEAT_MILLIS = 15_000;

export class Player {
  /**
   * @param options url, token; pace (1 is the program's real time); beatEvery and applies in
   *     milliseconds; loses: how often something gets lost, such as {"command ack": 1}
   * @param tell called with what happened and the data of it
   */
  constructor(options, tell) {
    this.options = { pace: 1, applies: 0, ...options };
    this.tell = tell;
    this.token = options.token;
    this.loses = { ...options.loses };
    this.screen = "empty";
    this.suspended = false;
    this.playing = null;
    this.version = "";
    this.rotations = 0;
    this.ran = [];
    this.sent = { ok: 0, refused: 0, silent: 0 };
  }

  millis(real) {
    return real * this.options.pace;
  }

  // ── its socket ──

  start() {
    const socket = open(this.options.url, this.auth(), {
      pace: this.options.pace,
      delayMax: this.delayMax(),
      headers: this.options.headers,
    });
    this.socket = socket;
    socket.onAny((event, data) => this.tell(`heard ${event}`, data));
    socket.on("connect", () => {
      this.tell("connect");
      this.beats();
      this.connected();
    });
    socket.on("disconnect", (reason) => {
      clearInterval(this.beating);
      this.tell("disconnect", reason);
    });
    socket.on("connect_error", (error) => {
      this.tell("connect_error", { message: error.message, code: error.data?.code });
      this.refused(error);
    });
    socket.on("token:refresh", ({ token }) => this.refreshed(token));
    socket.on("playlist:update", (update, ack) => this.updated(update, ack));
    socket.on("command", (command, ack) => this.commanded(command, ack));
    this.listen(socket);
  }

  listen() {}

  connected() {}

  delayMax() {
    return 5_000;
  }

  beats() {
    clearInterval(this.beating);
    const beat = () => this.beat();
    beat();
    this.beating = setInterval(beat, this.options.beatEvery ?? this.millis(HEARTBEAT_MILLIS));
  }

  beat() {
    this.socket.emit("heartbeat", this.heartbeat(), (ack) => {
      this.tell("beat", ack);
      this.answered(ack?.data ?? {});
    });
  }

  answered() {}

  /** Once more by its own decision, as after a network event. */
  again() {
    this.socket.connect();
  }

  breaks() {
    breaks(this.socket);
  }

  /** The program ends and starts again; what it has stored is kept. */
  restarts() {
    clearInterval(this.beating);
    vanishes(this.socket);
    this.screen = this.playing ? "content" : "empty";
    this.start();
  }

  stop() {
    clearInterval(this.beating);
    clearTimeout(this.probing);
    this.stopped = true;
    this.socket.removeAllListeners();
    this.socket.disconnect();
  }

  loseNext(what, times) {
    this.loses[what] = times;
  }

  isLost(what) {
    if (!(this.loses[what] > 0)) {
      return false;
    }
    this.loses[what]--;
    this.tell(`lost ${what}`);
    return true;
  }

  // ── what it is given ──

  refreshed(token) {
    if (this.isLost("token:refresh")) {
      return;
    }
    this.token = token;
    this.socket.auth = this.auth();
    this.tell("adopted");
  }

  updated(update, ack) {
    if (this.isLost("playlist:update")) {
      return;
    }
    setTimeout(() => {
      const error = this.isLost("apply") ? "renderer" : this.apply(update.playlist, update.version);
      if (this.isLost("playlist:update ack")) {
        return;
      }
      ack?.(error ? { ok: false, error } : { ok: true });
      if (error) {
        this.failedToApply();
      }
    }, this.options.applies);
  }

  failedToApply() {}

  /** @returns the reason when it cannot, as the programs without a version gate do it */
  apply(playlist, version) {
    if (playlist?.items?.length) {
      this.shows(playlist, version);
    }
    return undefined;
  }

  shows(playlist, version) {
    this.playing = playlist;
    this.version = version ?? "";
    this.rotations++;
    if (!this.suspended) {
      this.screen = "content";
    }
    this.tell("shows", { id: playlist.id, version });
  }

  commanded(command, ack) {
    const reply = this.reaction(command);
    if (this.isLost("command ack")) {
      this.run(command);
      return;
    }
    ack?.(reply);
    this.run(command);
  }

  reaction() {
    return { ok: true };
  }

  did(type) {
    this.ran.push(type);
    this.tell("ran", type);
  }

  unpaired(why) {
    clearInterval(this.beating);
    this.token = null;
    this.screen = "pairing";
    this.tell("unpaired", why);
    this.socket.disconnect();
  }

  unpairsIfTold(message) {
    const wiped = wipes(message);
    if (wiped) {
      this.unpaired(message);
    }
    return wiped;
  }

  // ── what it reports ──

  say(event, payload, asks) {
    if (!asks) {
      this.socket.emit(event, payload);
      return;
    }
    this.socket.timeout(10_000).emit(event, payload, (silent, ack) => {
      this.sent[silent ? "silent" : ack?.success ? "ok" : "refused"]++;
    });
  }

  /** Plays items one after the other: two impressions each. */
  plays({ items, every, asks = false, contentId = "content-1", playlistId }) {
    let left = items;
    const playing = setInterval(() => {
      if (left-- === 0 || this.stopped) {
        clearInterval(playing);
        this.tell("played", { ...this.sent });
        return;
      }
      const start = { contentId, playlistId, timestamp: Date.now() };
      this.say("content:impression", start, asks);
      this.say(
        "content:impression",
        { ...start, timestamp: Date.now(), duration: 1, completionPercentage: 100 },
        asks,
      );
    }, every);
  }

  state() {
    return {
      connected: this.socket.connected,
      // Nobody will ever call connect() again: the screen is alone until somebody climbs a ladder.
      stranded: !this.socket.active && this.screen !== "pairing",
      screen: this.screen,
      token: this.token,
      playlist: this.playing?.id ?? null,
      version: this.version,
      rotations: this.rotations,
      ran: this.ran,
      sent: this.sent,
    };
  }
}
