package io.muster.http.edge;

import io.muster.http.socketio.JsonText;
import io.muster.http.socketio.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket of RFC 6455: frames to messages and back, the only handler of its pipeline. It
 * keeps no buffer while the connection is idle; messages are unmasked into the loop's scratch space
 * and handed over there. No extension is ever agreed, so any reserved bit is a violation.
 */
final class WebSocket extends ChannelInboundHandlerAdapter implements LoopDesk.Flushable {
  private static final Logger log = LoggerFactory.getLogger(WebSocket.class);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private static final int FINAL = 0x80;
  private static final int RESERVED = 0x70;
  private static final int MASKED = 0x80;
  private static final int CONTROL_BYTES_MAX = 125;

  /** Of a frame that we send; a client's has four more. */
  static final int HEAD_BYTES_MAX = 10;

  static final int PROTOCOL_ERROR = 1002;
  static final int NOT_TEXT = 1007;
  static final int TOO_BIG = 1009;

  /** Above this many bytes a body is shared between its receivers instead of copied to each. */
  static final int COPIED_BYTES_MAX = 4096;

  /** Whoever owns the connection. Called on its loop. */
  interface Owner {
    /** A text message in {@code utf8[from, to)}, valid only during the call. */
    void text(byte[] utf8, int from, int to);

    /** A binary message in {@code bytes[from, to)}, valid only during the call. */
    void binary(byte[] bytes, int from, int to);

    /** A ping or pong of the WebSocket itself. */
    void control();

    /** The largest message that is taken now, in bytes. */
    int messageBytesMax();

    /** The client broke the framing; the owner must end the connection. */
    void violated(int closeCode);

    /** The connection is gone. Called once. */
    void lost();
  }

  private final LoopDesk desk;
  private final int fragmentsMax;
  private Owner owner;
  private ChannelHandlerContext ctx;
  // Bytes of a frame that has not come whole; null while idle.
  private ByteBuf partial;
  private Fragments fragments;
  private boolean unflushed;
  private boolean ended;

  /** A message on its way in several frames. */
  private static final class Fragments {
    final int opcode;
    byte[] bytes = new byte[256];
    int size;
    int count;

    Fragments(int opcode) {
      this.opcode = opcode;
    }

    void add(byte[] more, int count) {
      if (bytes.length - size < count) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + count));
      }
      System.arraycopy(more, 0, bytes, size, count);
      size += count;
    }
  }

  WebSocket(LoopDesk desk, int fragmentsMax, Owner owner) {
    this.desk = desk;
    this.fragmentsMax = fragmentsMax;
    this.owner = owner;
  }

  void belongsTo(Owner next) {
    owner = next;
  }

  // ── in ──

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ReferenceCountUtil.release(message);
      return;
    }
    boolean continued = partial != null;
    if (continued) {
      in = joined(in);
    }
    boolean kept = false;
    try {
      while (!ended && frame(in)) {
        // Each call takes one whole frame.
      }
      if (!ended && in.isReadable()) {
        // A large message grows in place; copying it again for each read would be quadratic.
        kept = continued && in.readerIndex() == 0;
        partial = kept ? in : ctx.alloc().heapBuffer(in.readableBytes() + 64).writeBytes(in);
      }
    } finally {
      if (!kept) {
        in.release();
      }
    }
  }

  /** What was kept, and what has come; sized by that, not by what the client says will come. */
  private ByteBuf joined(ByteBuf in) {
    ByteBuf whole = partial.writeBytes(in);
    in.release();
    partial = null;
    return whole;
  }

  /** Takes one frame from {@code in}, or nothing when it has not come whole. */
  private boolean frame(ByteBuf in) {
    int readable = in.readableBytes();
    if (readable < 2) {
      return false;
    }
    int at = in.readerIndex();
    int first = in.getByte(at) & 0xff;
    int second = in.getByte(at + 1) & 0xff;
    int opcode = first & 0x0f;
    if ((first & RESERVED) != 0 || (second & MASKED) == 0 || !isKnown(opcode)) {
      return violation(PROTOCOL_ERROR);
    }
    boolean control = opcode >= CLOSE;
    long length = second & 0x7f;
    int head = 2;
    if (control && (length > CONTROL_BYTES_MAX || (first & FINAL) == 0)) {
      return violation(PROTOCOL_ERROR);
    }
    if (length >= 126) {
      int extended = length == 126 ? 2 : 8;
      head += extended;
      if (readable < head) {
        return false;
      }
      length = extended == 2 ? in.getUnsignedShort(at + 2) : in.getLong(at + 2);
      if (length < 0 || length < (extended == 2 ? 126 : 65_536)) {
        return violation(PROTOCOL_ERROR);
      }
    }
    int before = fragments == null || control ? 0 : fragments.size;
    if (length > owner.messageBytesMax() - before) {
      return violation(TOO_BIG);
    }
    head += 4;
    if (readable < head + length) {
      return false;
    }
    int size = (int) length;
    byte[] bytes = desk.inbox(size);
    unmask(in, at + head, in.getInt(at + head - 4), bytes, size);
    in.skipBytes(head + size);
    if (control) {
      control(opcode, bytes, size);
    } else {
      data(opcode, (first & FINAL) != 0, bytes, size);
    }
    return true;
  }

  private static boolean isKnown(int opcode) {
    return opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG);
  }

  private static void unmask(ByteBuf in, int from, int mask, byte[] to, int size) {
    in.getBytes(from, to, 0, size);
    int i = 0;
    long wide = (mask & 0xffffffffL) << 32 | mask & 0xffffffffL;
    for (; i + 8 <= size; i += 8) {
      LONGS.set(to, i, (long) LONGS.get(to, i) ^ wide);
    }
    for (; i < size; i++) {
      to[i] ^= (byte) (mask >> (24 - (i & 3) * 8));
    }
  }

  private void data(int opcode, boolean last, byte[] bytes, int size) {
    if ((opcode == CONTINUATION) != (fragments != null)) {
      violation(PROTOCOL_ERROR);
    } else if (fragments == null && last) {
      message(opcode, bytes, size);
    } else {
      fragment(opcode, last, bytes, size);
    }
  }

  private void fragment(int opcode, boolean last, byte[] bytes, int size) {
    if (fragments == null) {
      fragments = new Fragments(opcode);
    }
    // Tiny frames cost more than their bytes, so their number is bounded too.
    if (++fragments.count > fragmentsMax) {
      violation(TOO_BIG);
      return;
    }
    fragments.add(bytes, size);
    if (last) {
      Fragments whole = fragments;
      fragments = null;
      message(whole.opcode, whole.bytes, whole.size);
    }
  }

  private void message(int opcode, byte[] bytes, int size) {
    if (opcode == BINARY) {
      owner.binary(bytes, 0, size);
    } else if (Utf8.isValid(bytes, 0, size)) {
      owner.text(bytes, 0, size);
    } else {
      violation(NOT_TEXT);
    }
  }

  private void control(int opcode, byte[] bytes, int size) {
    switch (opcode) {
      case PING -> {
        owner.control();
        if (!ended) {
          write(PONG, bytes, size);
        }
      }
      case PONG -> owner.control();
      default -> closing(bytes, size);
    }
  }

  private void closing(byte[] bytes, int size) {
    int code = size < 2 ? 1000 : (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
    if (size == 1 || !mayBeSent(code) || !Utf8.isValid(bytes, Math.min(2, size), size)) {
      violation(PROTOCOL_ERROR);
    } else if (size == 0) {
      close(-1, "");
    } else {
      close(code, "");
    }
  }

  private static boolean mayBeSent(int code) {
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006)
        || (code >= 3000 && code <= 4999);
  }

  private boolean violation(int code) {
    owner.violated(code);
    if (!ended) {
      abort();
    }
    return false;
  }

  // ── out ──

  /** Bytes written and not yet taken by the kernel, with a charge for each frame. */
  long pendingBytes() {
    var buffer = ctx.channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  void text(JsonText text) {
    write(TEXT, text.array(), text.length());
  }

  /** A text message of {@code head} and a shared body, which is retained here. */
  void text(JsonText head, ByteBuf body) {
    ByteBuf out = frame(TEXT, head.length() + (long) body.readableBytes(), head.length());
    out.writeBytes(head.array(), 0, head.length());
    send(out);
    send(body.retainedDuplicate());
  }

  void text(byte[] utf8) {
    write(TEXT, utf8, utf8.length);
  }

  void binary(byte[] bytes) {
    write(BINARY, bytes, bytes.length);
  }

  void ping() {
    write(PING, new byte[0], 0);
  }

  private void write(int opcode, byte[] bytes, int size) {
    ByteBuf out = frame(opcode, size, size);
    out.writeBytes(bytes, 0, size);
    send(out);
  }

  /** Writes a text frame into a buffer that has room for it. */
  static ByteBuf appendText(ByteBuf out, JsonText text) {
    return head(out, TEXT, text.length()).writeBytes(text.array(), 0, text.length());
  }

  private ByteBuf frame(int opcode, long length, int room) {
    return head(ctx.alloc().directBuffer(room + HEAD_BYTES_MAX), opcode, length);
  }

  private static ByteBuf head(ByteBuf out, int opcode, long length) {
    out.writeByte(FINAL | opcode);
    if (length < 126) {
      out.writeByte((int) length);
    } else if (length < 65_536) {
      out.writeByte(126).writeShort((int) length);
    } else {
      out.writeByte(127).writeLong(length);
    }
    return out;
  }

  private void send(ByteBuf out) {
    if (ended) {
      out.release();
      return;
    }
    ctx.write(out, ctx.voidPromise());
    if (!unflushed) {
      unflushed = true;
      desk.flushLater(this);
    }
  }

  @Override
  public void flush() {
    unflushed = false;
    ctx.flush();
  }

  // ── the end ──

  /** Drops TCP without a Close frame, and what was not yet taken by the kernel with it. */
  void abort() {
    ended = true;
    ctx.close();
  }

  /**
   * As {@link #abort()}, and what the kernel has taken is thrown away too: the client reads
   * nothing.
   */
  void reset() {
    if (ctx.channel().isOpen()) {
      ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    }
    abort();
  }

  /** Drops TCP without a Close frame, after everything written has been taken by the kernel. */
  void drain() {
    if (!ended) {
      ended = true;
      ctx.writeAndFlush(ctx.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /**
   * Says goodbye with a Close frame, without a code when it is negative, and drops TCP after it.
   */
  void close(int code, String reason) {
    if (ended) {
      return;
    }
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    int bytes = code < 0 ? 0 : 2 + Math.min(text.length, CONTROL_BYTES_MAX - 2);
    ByteBuf out = frame(CLOSE, bytes, bytes);
    if (bytes > 0) {
      out.writeShort(code).writeBytes(text, 0, bytes - 2);
    }
    ended = true;
    ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ended = true;
    if (partial != null) {
      partial.release();
      partial = null;
    }
    fragments = null;
    owner.lost();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      log.error("A connection is dropped because of a fault", cause);
    }
    abort();
  }
}
