package io.muster.app.swarm;

import io.netty.buffer.ByteBuf;
import java.time.Duration;

/** A device of a load: it does what it is told, and every one does the same. */
record PlainPlayer(byte[] credentials, Duration answersAfter, double flaps, double halfOpens)
    implements Persona {

  @Override
  public byte[] heartbeat() {
    return Payloads.HEARTBEAT;
  }

  @Override
  public Answer answer(ByteBuf event) {
    return Answer.of(answersAfter, Payloads.DONE);
  }
}
