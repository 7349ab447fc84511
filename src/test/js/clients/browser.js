// The browser display: like Electron without the error page and without asking for a playlist; it
// reports what it shows as plain text.
import { Player } from "./player.js";

export class Browser extends Player {
  auth() {
    return { token: this.token, capabilities: { deliveryAck: true } };
  }

  heartbeat() {
    return {
      timestamp: new Date().toISOString(),
      metrics: { cpuUsage: 0, memoryUsage: 12, uptime: 5 },
      currentContent: this.playing?.items?.[0]?.contentId ?? null,
      status: "online",
    };
  }

  listen(socket) {
    socket.on("error", (error) => this.unpairsIfTold(error?.message));
  }

  refused(error) {
    this.unpairsIfTold(error.message);
  }

  run({ type }) {
    this.did(type);
    if (type === "reload" || type === "clear_cache") {
      this.restarts();
    }
    if (type === "unpair") {
      this.unpaired("unpair");
    }
  }

  contentFails({ contentId }) {
    this.say("content:error", {
      contentId,
      errorType: "load_error",
      errorMessage: "image did not load",
      timestamp: Date.now(),
    });
  }
}
