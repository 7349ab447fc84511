package io.muster.app.swarm;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What the gateway says, in the dialect of Engine.IO 4 and Socket.IO 5. Bodies are slices of the
 * frame: valid only while it is handled.
 */
sealed interface FromGateway {

  /**
   * @param silence a gateway that has not pinged for this long is taken for lost
   */
  record Open(Duration silence) implements FromGateway {}

  record Ping() implements FromGateway {}

  record Joined() implements FromGateway {}

  /** A CONNECT_ERROR: real clients do not come back. */
  record Refused(String message) implements FromGateway {}

  /** A DISCONNECT: real clients do not come back. */
  record Dismissed() implements FromGateway {}

  /**
   * @param ack the id to answer with, or negative when no answer is wanted
   */
  record Event(String name, long ack, ByteBuf array) implements FromGateway {}

  record Ack(long id, ByteBuf array) implements FromGateway {}

  /** What a client of the main namespace has no use for. */
  record Other() implements FromGateway {}

  FromGateway PING = new Ping();
  FromGateway JOINED = new Joined();
  FromGateway DISMISSED = new Dismissed();
  FromGateway OTHER = new Other();

  /** Reads one text message; reading moves the reader index of {@code text}. */
  static FromGateway read(ByteBuf text) {
    return switch (next(text)) {
      case '0' -> new Open(Json.silence(text));
      case '2' -> PING;
      case '4' ->
          switch (next(text)) {
            case '0' -> JOINED;
            case '1' -> DISMISSED;
            case '2' -> event(text);
            case '3' -> new Ack(digits(text), text);
            case '4' -> new Refused(Json.text(text, "message").orElse("no reason given"));
            default -> OTHER;
          };
      default -> OTHER;
    };
  }

  private static int next(ByteBuf text) {
    return text.isReadable() ? text.readByte() : -1;
  }

  private static FromGateway event(ByteBuf text) {
    long ack = digits(text);
    int start = text.readerIndex() + 2;
    int end = text.indexOf(start, text.writerIndex(), (byte) '"');
    if (end < 0) {
      return OTHER;
    }
    return new Event(text.toString(start, end - start, StandardCharsets.UTF_8), ack, text);
  }

  /** The ack id, which stands before the JSON; ids begin at 0, so none is -1. */
  private static long digits(ByteBuf text) {
    long id = -1;
    for (int digit; text.isReadable(); text.skipBytes(1)) {
      digit = text.getByte(text.readerIndex()) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      id = Math.max(id, 0) * 10 + digit;
    }
    return id;
  }
}
