// The official client and nothing else: says what it is told to say, and tells of the answer.
import { breaks, open } from "./wire.js";

export class Bare {
  constructor(options, tell) {
    this.options = options;
    this.tell = tell;
    this.reply = { ok: true };
  }

  start() {
    const { url, auth, headers } = this.options;
    this.socket = open(url, auth, { pace: 0.05, headers });
    this.socket.onAny((event, ...given) => {
      this.tell(`heard ${event}`, typeof given[0] === "function" ? null : given[0]);
      const ack = given.at(-1);
      if (typeof ack === "function") {
        ack(this.reply);
      }
    });
    this.socket.on("connect", () => this.tell("connect"));
    this.socket.on("disconnect", (reason) => this.tell("disconnect", reason));
    this.socket.on("connect_error", (error) =>
      this.tell("connect_error", { message: error.message, code: error.data?.code }),
    );
  }

  replies({ reply }) {
    this.reply = reply;
  }

  /** @returns the answer, or null when none came in five seconds */
  async asks({ event, payload }) {
    try {
      return await this.socket.timeout(5_000).emitWithAck(event, payload);
    } catch {
      return null;
    }
  }

  says({ event, payload }) {
    this.socket.emit(event, payload);
  }

  breaks() {
    breaks(this.socket);
  }

  stop() {
    this.socket.removeAllListeners();
    this.socket.disconnect();
  }

  state() {
    return { connected: this.socket.connected, stranded: !this.socket.active };
  }
}
