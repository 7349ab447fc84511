// One official client and all that it has heard, so that a script can await what is to come.
import { io } from "socket.io-client";

export const patience = 10_000;

export class Guest {
  constructor(url, options = {}) {
    this.heard = [];
    this.waiting = [];
    this.socket = io(url, {
      forceNew: true,
      transports: ["websocket"],
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
      ...options,
    });
    this.socket.onAny((name, ...args) => this.note({ name, args }));
    for (const name of ["connect", "disconnect", "connect_error"]) {
      this.socket.on(name, (...args) => this.note({ name, args }));
    }
  }

  note(one) {
    this.heard.push(one);
    this.waiting = this.waiting.filter((look) => !look());
  }

  until(what, condition) {
    return new Promise((resolve, reject) => {
      const told = () => new Error(`no ${what} in time; heard ${JSON.stringify(this.heard)}`);
      const timer = setTimeout(() => reject(told()), patience);
      const look = () => {
        const found = condition(this.heard);
        if (found) {
          clearTimeout(timer);
          resolve(found);
        }
        return found;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  next(name) {
    return this.until(name, (heard) => heard.find((one) => one.name === name));
  }

  all(name) {
    return this.heard.filter((one) => one.name === name);
  }

  close() {
    this.socket.close();
  }
}
