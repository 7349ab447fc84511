// The Electron display: trusts every playlist, asks for one on each connect, and shows an error page
// over the content for any `error` event that does not make it give up its token.
import { Player } from "./player.js";

export class Electron extends Player {
  auth() {
    return { token: this.token, capabilities: { deliveryAck: true } };
  }

  heartbeat() {
    return {
      timestamp: Date.now(),
      metrics: { cpuUsage: 3.5, memoryUsage: 41, storageUsed: 0 },
      currentContent: null,
      status: "online",
      screenState: this.playing ? "playing" : "boot",
      playbackSource: "live",
    };
  }

  connected() {
    if (this.screen === "error") {
      this.screen = this.playing ? "content" : "empty";
    }
    this.socket.emit("playlist:request", { forceRefresh: false }, (ack) => {
      this.tell("requested", ack);
      const playlist = ack?.data?.playlist;
      if (playlist?.items?.length) {
        this.shows(playlist, this.version);
      }
    });
  }

  listen(socket) {
    socket.on("error", (error) => {
      if (!this.unpairsIfTold(error?.message)) {
        this.screen = "error";
        this.tell("error screen", error);
      }
    });
  }

  refused(error) {
    this.unpairsIfTold(error.message);
  }

  failedToApply() {
    setTimeout(() => {
      this.socket.disconnect();
      this.socket.connect();
    }, this.millis(250));
  }

  run({ type }) {
    this.did(type);
    if (type === "reload" && this.screen === "error") {
      this.screen = this.playing ? "content" : "empty";
    }
    if (type === "restart" || type === "reboot") {
      setTimeout(() => this.restarts(), this.millis(500));
    }
  }

  contentFails({ contentId }) {
    this.say("content:error", {
      contentId,
      errorType: "playback_error",
      errorMessage: "decoder gave up",
      timestamp: Date.now(),
    });
  }
}
