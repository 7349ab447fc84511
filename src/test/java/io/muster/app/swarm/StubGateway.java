package io.muster.app.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A gateway of a few lines: it accepts every socket and answers each text as it is told to. */
final class StubGateway implements AutoCloseable {
  static final String OPEN =
      "0{\"sid\":\"s\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000}";
  static final String JOINED = "40{\"sid\":\"p\"}";

  /** As an answer: the socket breaks. */
  static final List<String> BREAK = List.of("");

  /** Every text a client has sent. */
  final List<String> heard = new CopyOnWriteArrayList<>();

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Function<String, List<String>> answers;

  StubGateway(Function<String, List<String>> answers) throws IOException {
    this.answers = answers;
    Thread.ofVirtual().start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        var socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var in = new DataInputStream(socket.getInputStream());
      for (int newlines = 0; newlines < 4; ) {
        int next = in.readByte();
        newlines = next == '\r' || next == '\n' ? newlines + 1 : 0;
      }
      var out = socket.getOutputStream();
      out.write("HTTP/1.1 101 Switching Protocols\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      send(out, OPEN);
      while (true) {
        var text = receive(in);
        heard.add(text);
        var said = answers.apply(text);
        if (said == BREAK) {
          return;
        }
        for (var answer : said) {
          send(out, answer);
        }
      }
    } catch (IOException gone) {
      // So is the client.
    }
  }

  private static String receive(DataInputStream in) throws IOException {
    in.readByte();
    int length = in.readByte() & 0x7F;
    if (length == 126) {
      length = in.readUnsignedShort();
    }
    byte[] mask = in.readNBytes(4);
    byte[] text = in.readNBytes(length);
    for (int i = 0; i < text.length; i++) {
      text[i] ^= mask[i % 4];
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  private static void send(OutputStream out, String text) throws IOException {
    ByteBuf frame = Unpooled.buffer().writeByte(0x81);
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < 126) {
      frame.writeByte(bytes.length);
    } else {
      frame.writeByte(126).writeShort(bytes.length);
    }
    frame.writeBytes(bytes).readBytes(out, frame.readableBytes());
    out.flush();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
