// The web dashboard: a cookie instead of a token, five attempts and then no more, and listeners that
// are attached only after the page has rendered again.
import { breaks, open } from "./wire.js";

const ATTEMPTS = 5;

export class Dashboard {
  /**
   * @param options url, organizationId, cookie; pace; renders: milliseconds until the listeners are
   *     attached after a connect
   */
  constructor(options, tell) {
    this.options = { pace: 1, renders: 50, ...options };
    this.tell = tell;
    this.devices = {};
    this.isDead = false;
    this.listeners = {
      "device:status": (status) => this.seen(status),
      "device:status:batch": (batch) => batch.forEach((status) => this.seen(status)),
      "notification:new": (notification) => this.tell("notified", notification),
      "screenshot:ready": (ready) => this.tell("screenshot", ready),
    };
  }

  headers() {
    const { cookie } = this.options;
    return {
      Origin: this.options.origin ?? "http://localhost:3001",
      ...(cookie ? { Cookie: `vizora_auth_token=${cookie}` } : {}),
    };
  }

  start() {
    const { url, organizationId, pace } = this.options;
    const socket = open(url, organizationId ? { organizationId } : {}, {
      pace,
      attempts: ATTEMPTS,
      headers: this.headers(),
    });
    this.socket = socket;
    socket.onAny((event, data) => this.tell(`heard ${event}`, data));
    socket.io.on("open", () => this.tell("opened"));
    socket.io.on("reconnect_failed", () => {
      this.isDead = true; // and the page does not try this address for five minutes
      this.tell("gave up");
    });
    socket.on("connect", () => {
      this.tell("connect");
      socket.emit("join:organization", { organizationId });
      setTimeout(() => this.attach(), this.options.renders);
    });
    socket.on("disconnect", (reason) => {
      this.detach();
      this.tell("disconnect", reason);
    });
    socket.on("connect_error", (error) =>
      this.tell("connect_error", { message: error.message, code: error.data?.code }),
    );
  }

  attach() {
    this.detach();
    Object.entries(this.listeners).forEach(([event, listener]) => this.socket.on(event, listener));
  }

  detach() {
    Object.entries(this.listeners).forEach(([event, listener]) => this.socket.off(event, listener));
  }

  seen({ deviceId, status }) {
    this.devices[deviceId] = status;
  }

  /** REST has renewed the cookie, without a word to the page. */
  renew(cookie) {
    this.options.cookie = cookie;
    this.socket.io.opts.extraHeaders = this.headers();
  }

  breaks() {
    breaks(this.socket);
  }

  stop() {
    this.socket.removeAllListeners();
    this.socket.disconnect();
  }

  state() {
    return {
      connected: this.socket.connected,
      stranded: this.isDead || !this.socket.active,
      devices: this.devices,
    };
  }
}
