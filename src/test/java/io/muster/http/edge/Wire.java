package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A client that sends exactly the bytes it is told to. */
final class Wire implements Closeable {
  /** An answer as it stood on the wire; header names in lower case. */
  record Answer(int status, Map<String, String> headers, String body) {}

  final Socket socket;
  private final InputStream in;

  Wire(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
  }

  Wire say(String text) throws IOException {
    socket.getOutputStream().write(text.replace("\n", "\r\n").getBytes(ISO_8859_1));
    return this;
  }

  Wire say(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** Reads one answer; a body only if its headers promise one. */
  Answer hear() throws IOException {
    return hear(true);
  }

  Answer hear(boolean withBody) throws IOException {
    int status = Integer.parseInt(line().split(" ")[1]);
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    String body = "";
    if (withBody && headers.containsKey("content-length")) {
      body = new String(exactly(Integer.parseInt(headers.get("content-length"))), ISO_8859_1);
    } else if (withBody && "chunked".equals(headers.get("transfer-encoding"))) {
      var whole = new StringBuilder();
      for (String chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) {
        whole.append(chunk);
      }
      body = whole.toString();
    }
    return new Answer(status, headers, body);
  }

  /** One chunk of a chunked body; empty for the last one. */
  String chunk() throws IOException {
    int size = Integer.parseInt(line(), 16);
    String chunk = new String(exactly(size), ISO_8859_1);
    line();
    return chunk;
  }

  byte[] exactly(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new IOException("The connection ended after %d of %d".formatted(bytes.length, count));
    }
    return bytes;
  }

  String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("The connection ended after: " + line);
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(ISO_8859_1);
  }

  /** The server has closed, and nothing more came. */
  boolean isEnded() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
