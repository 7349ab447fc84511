package io.muster.http.socketio;

/** The packet types of Engine.IO 4. The ordinal is the digit on the wire. */
public enum EnginePacket {
  OPEN,
  CLOSE,
  PING,
  PONG,
  MESSAGE,
  UPGRADE,
  NOOP;

  /** Between two packets of one polling body. */
  public static final byte SEPARATOR = 0x1e;

  /** In place of the digit: a binary message as base64, allowed in text on every transport. */
  public static final byte BASE64 = 'b';

  private static final EnginePacket[] ALL = values();

  public static EnginePacket of(byte digit) throws MalformedPacket {
    int type = digit - '0';
    if (type < 0 || type >= ALL.length) {
      throw new MalformedPacket("an Engine.IO packet type from 0 to 6");
    }
    return ALL[type];
  }

  public byte digit() {
    return (byte) ('0' + ordinal());
  }
}
