package io.muster.app.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Held against Netty's own WebSocket codec, which stands for any server. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FramesTest {

  @Nested
  class Sent {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 121, 123, 124, 300, 65_533, 65_534, 70_000})
    void a_server_reads_what_was_written(int length) {
      var body = "x".repeat(length);
      var server = new EmbeddedChannel(new WebSocket13FrameDecoder(true, false, 100_000));

      server.writeInbound(
          Frames.text(
              UnpooledByteBufAllocator.DEFAULT, "42", body.getBytes(StandardCharsets.UTF_8)));

      TextWebSocketFrame frame = server.readInbound();
      assertEquals("42" + body, frame.text());
      frame.release();
    }
  }

  @Nested
  class Received {
    private final List<String> heard = new ArrayList<>();

    private void read(ByteBuf bytes) {
      Frames.read(bytes, (_, payload) -> heard.add(payload.toString(StandardCharsets.UTF_8)));
    }

    private ByteBuf fromServer(String... texts) {
      var server = new EmbeddedChannel(new WebSocket13FrameEncoder(false));
      var bytes = Unpooled.buffer();
      for (var text : texts) {
        server.writeOutbound(new TextWebSocketFrame(text));
      }
      for (ByteBuf part; (part = server.readOutbound()) != null; part.release()) {
        bytes.writeBytes(part);
      }
      return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536})
    void frames_of_all_three_lengths_are_read(int length) {
      var text = "y".repeat(length);

      read(fromServer(text, "2"));

      assertEquals(List.of(text, "2"), heard);
    }

    @Test
    void a_frame_that_comes_in_pieces_is_read_when_it_is_whole() {
      var whole = fromServer("z".repeat(200));
      for (int cut = 0; cut < whole.readableBytes(); cut++) {
        read(whole.slice(0, cut));
      }
      assertTrue(heard.isEmpty());

      read(whole);

      assertEquals(1, heard.size());
    }

    @Test
    void a_masked_or_broken_up_or_giant_frame_is_refused() {
      assertRefused(0x81, 0x80);
      assertRefused(0x01, 0x01);
      assertRefused(0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0);
      assertRefused(0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0);
    }

    private void assertRefused(int... bytes) {
      var frame = Unpooled.buffer();
      for (int value : bytes) {
        frame.writeByte(value);
      }
      assertThrows(IllegalStateException.class, () -> read(frame));
    }
  }
}
