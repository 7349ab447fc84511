// The Android, Tizen and webOS television: reads codes instead of messages, asks REST before it gives
// anything up, shows a playlist again only under a greater version, and runs a command once.
import { Player } from "./player.js";

const SEEN_MAX = 20;
const PROBE_MIN_MILLIS = 30_000;
const PROBE_MAX_MILLIS = 15 * 60_000;
const UNSUPPORTED = ["reboot", "update", "screenshot"];
const KNOWN = ["reload", "restart", "clear_cache", "push_content", "clear_override", "unpair"];
const RELOADING = ["reload", "restart", "clear_cache"];
const KEYLESS_MILLIS = 60_000;

export class Television extends Player {
  constructor(options, tell) {
    super(options, tell);
    this.seen = []; // survives a reload of the page
    this.keyless = new Map();
    this.probe = PROBE_MIN_MILLIS;
    this.started = Date.now();
  }

  auth() {
    return { token: this.token, capabilities: ["deliveryAck"] };
  }

  delayMax() {
    return 60_000;
  }

  heartbeat() {
    const beat = {
      uptime: Math.floor((Date.now() - this.started) / 1000),
      appVersion: "2.1.0",
      contentVersion: this.version,
      metrics: { cpuUsage: 0, memoryUsage: 33.1 },
      screenState: this.suspended ? "holding" : this.playing ? "playing" : "boot",
      playbackSource: this.suspended ? "hold-last" : "live",
    };
    const contentId = this.playing?.items?.[0]?.contentId;
    return contentId ? { ...beat, currentContent: { contentId } } : beat;
  }

  async connected() {
    this.probe = PROBE_MIN_MILLIS;
    if (this.suspended && !(await this.isResumed())) {
      return;
    }
    await this.pull();
  }

  answered({ reconcileContent }) {
    if (reconcileContent === true) {
      this.tell("reconciles");
      this.pull();
    }
  }

  listen(socket) {
    socket.on("device:revoked", () => this.confirmRevocation());
    socket.on("tenant:suspended", () => this.holds());
    socket.on("tenant:resumed", () => this.resumes());
  }

  // ── REST ──

  async ask(path) {
    try {
      const answer = await fetch(this.options.url + path, {
        headers: { Authorization: `Bearer ${this.token}` },
        signal: AbortSignal.timeout(20_000),
      });
      return { status: answer.status, body: answer.ok ? await answer.json() : {} };
    } catch {
      return { status: 599, body: {} };
    }
  }

  async pull() {
    const { status, body } = await this.ask("/api/v1/devices/me/content");
    this.tell("pulled", status);
    const content = body.data;
    if (content?.playlist) {
      this.apply(content.playlist, content.version);
    }
  }

  async isResumed() {
    const { status } = await this.ask("/api/v1/devices/auth/check");
    if (status === 200) {
      this.resumes();
    }
    return status === 200;
  }

  async confirmRevocation() {
    const { status } = await this.ask("/api/v1/devices/auth/check");
    this.tell("asked whether it is revoked", status);
    if (status === 410) {
      this.unpaired("410");
    }
  }

  /** The rejected socket is dead; only this brings it back. */
  probesLater() {
    const jitter = 0.75 + Math.random() / 2;
    this.probing = setTimeout(async () => {
      const { status } = await this.ask("/api/v1/devices/auth/check");
      this.tell("probed", status);
      if (status === 200) {
        this.again();
      } else if (status === 410) {
        this.unpaired("410");
      } else if (status === 403) {
        this.holds();
      } else if (status !== 404) {
        this.probe = Math.min(2 * this.probe, PROBE_MAX_MILLIS);
        this.probesLater();
      }
    }, this.millis(this.probe) * jitter);
  }

  refused(error) {
    const code = error.data?.code;
    if (code === "DEVICE_REVOKED") {
      this.confirmRevocation();
    } else if (code === "TENANT_SUSPENDED") {
      this.holds();
    } else if (!this.socket.active) {
      this.probesLater();
    }
  }

  // ── what it shows ──

  holds() {
    this.suspended = true;
    this.screen = "holding";
    this.tell("holds");
  }

  resumes() {
    this.suspended = false;
    this.screen = this.playing ? "content" : "empty";
    this.tell("resumes");
  }

  apply(playlist, version) {
    if (playlist?.items && !playlist.items.length) {
      this.playing = null;
      this.screen = "holding";
      this.tell("shows nothing");
      return undefined;
    }
    const isSame = playlist?.id === this.playing?.id;
    if (isSame && !(String(version ?? "") > this.version)) {
      this.tell("gated", version);
      return undefined;
    }
    return super.apply(playlist, version);
  }

  // ── what it does ──

  reaction({ type }) {
    return UNSUPPORTED.includes(type) || !KNOWN.includes(type)
      ? { ok: true, status: "unsupported" }
      : { ok: true };
  }

  run(command) {
    if (this.isRepeated(command)) {
      this.tell("repeated", command.type);
      return;
    }
    if (this.reaction(command).status) {
      return;
    }
    this.did(command.type);
    if (RELOADING.includes(command.type)) {
      this.restarts();
    }
    if (command.type === "unpair") {
      this.unpaired("unpair");
    }
  }

  isRepeated({ type, commandId, timestamp }) {
    if (!commandId && !timestamp) {
      const last = this.keyless.get(type) ?? -Infinity;
      this.keyless.set(type, Date.now());
      return RELOADING.includes(type) && Date.now() - last < KEYLESS_MILLIS;
    }
    const key = commandId ? `${type}#${commandId}` : `${type}@${timestamp}`;
    if (this.seen.includes(key)) {
      return true;
    }
    this.seen.push(key);
    if (this.seen.length > SEEN_MAX) {
      this.seen.shift();
    }
    return false;
  }
}
