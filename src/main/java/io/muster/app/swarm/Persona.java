package io.muster.app.swarm;

import io.netty.buffer.ByteBuf;
import java.time.Duration;

/** What makes one simulated device different from another. Called on the event loop only. */
interface Persona {

  /** The payload of its CONNECT, as JSON. */
  byte[] credentials();

  /** Its next heartbeat as the JSON array of an event. */
  byte[] heartbeat();

  /**
   * @param event the JSON array of the event that asks for an answer
   */
  Answer answer(ByteBuf event);

  /** How likely it drops its connection within a minute, and comes back: 0 to 1. */
  double flaps();

  /** How likely its network goes away within a minute without a word: 0 to 1. */
  double halfOpens();

  /**
   * @param body the JSON array of an ack
   * @param startsAnew once it has answered, the player starts again and its connection with it
   */
  record Answer(Duration after, byte[] body, boolean startsAnew) {
    static Answer of(Duration after, byte[] body) {
      return new Answer(after, body, false);
    }
  }
}
