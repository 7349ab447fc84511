package io.muster.actors.screen;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.support.Pictured;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ImageTest {
  private static final Image PNG = new Image(ImageType.PNG, 64, 36);
  private static final Image JPEG = new Image(ImageType.JPEG, 64, 36);

  static Stream<byte[]> pictures() {
    return Stream.of(Pictured.png(64, 36), Pictured.jpeg(64, 36));
  }

  private static byte[] joined(byte[] first, byte[] then) {
    return ByteBuffer.allocate(first.length + then.length).put(first).put(then).array();
  }

  @Nested
  class A_whole_file {
    @Test
    void says_its_format_and_size() {
      assertEquals(Optional.of(PNG), Image.of(Pictured.png(64, 36)));
      assertEquals(Optional.of(JPEG), Image.of(Pictured.jpeg(64, 36)));
    }

    @ParameterizedTest
    @MethodSource("io.muster.actors.screen.ImageTest#pictures")
    void is_refused_when_it_is_cut_off_anywhere(byte[] picture) {
      for (int length = 0; length < picture.length; length++) {
        assertEquals(Optional.empty(), Image.of(Arrays.copyOf(picture, length)), "" + length);
      }
    }

    @ParameterizedTest
    @MethodSource("io.muster.actors.screen.ImageTest#pictures")
    void is_refused_when_something_else_follows_the_picture(byte[] picture) {
      var page = "<script>alert(1)</script>".getBytes(StandardCharsets.US_ASCII);
      assertEquals(Optional.empty(), Image.of(joined(picture, page)));
      assertEquals(Optional.empty(), Image.of(joined(picture, "PK\3\4".getBytes())));
      assertEquals(Optional.empty(), Image.of(joined(picture, picture)));
    }

    @ParameterizedTest
    @MethodSource("io.muster.actors.screen.ImageTest#pictures")
    void is_refused_when_something_else_comes_before_it(byte[] picture) {
      assertEquals(Optional.empty(), Image.of(joined(new byte[] {'G', 'I', 'F', '8'}, picture)));
    }

    @Test
    void of_another_format_is_refused() {
      for (String other : new String[] {"", "GIF89a", "RIFF....WEBP", "<svg/>", "BM", "%PDF-1.7"}) {
        assertEquals(Optional.empty(), Image.of(other.getBytes(StandardCharsets.US_ASCII)));
      }
    }

    @Test
    void without_a_pixel_is_refused() {
      var png = Pictured.png(4, 3);
      var header = Arrays.copyOf(png, 33);
      var end = Arrays.copyOfRange(png, png.length - 12, png.length);
      assertEquals(Optional.empty(), Image.of(joined(header, end)));
      assertEquals(
          Optional.empty(),
          Image.of(new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xD9}));
    }

    @Test
    void with_one_damaged_byte_is_no_png() {
      var png = Pictured.png(64, 36);
      for (int at = 0; at < png.length; at++) {
        var damaged = png.clone();
        damaged[at] ^= 0x10;
        assertEquals(Optional.empty(), Image.of(damaged), "at " + at);
      }
    }

    @Test
    void may_claim_any_size_and_nothing_is_unpacked() {
      assertEquals(
          Optional.of(4_000_000_000_000_000_000L),
          Image.of(Pictured.pngClaiming(2_000_000_000, 2_000_000_000)).map(Image::pixels));
    }

    @Test
    void with_no_width_or_less_is_refused() {
      assertEquals(Optional.empty(), Image.of(Pictured.pngClaiming(0, 3)));
      assertEquals(Optional.empty(), Image.of(Pictured.pngClaiming(3, -1)));
    }
  }

  @Nested
  class The_beginning_of_a_file {
    @Test
    void is_enough_for_the_size() {
      assertEquals(Optional.of(PNG), Image.headerOf(Arrays.copyOf(Pictured.png(64, 36), 40)));
      assertEquals(Optional.of(JPEG), Image.headerOf(Arrays.copyOf(Pictured.jpeg(64, 36), 400)));
    }

    @Test
    void of_a_jpeg_may_hold_another_picture_in_its_comments() {
      var thumbnail = Pictured.jpeg(8, 8);
      var segment =
          ByteBuffer.allocate(thumbnail.length + 4)
              .putShort((short) 0xFFE1)
              .putShort((short) (thumbnail.length + 2))
              .put(thumbnail)
              .array();
      var photo = Pictured.jpeg(64, 36);
      var rest = Arrays.copyOfRange(photo, 2, photo.length);
      var both = joined(joined(Arrays.copyOf(photo, 2), segment), rest);
      assertEquals(Optional.of(JPEG), Image.headerOf(both));
      assertEquals(Optional.of(JPEG), Image.of(both));
    }
  }

  @Nested
  class Whatever_comes {
    private static final int ROUNDS = 20_000;

    @Test
    void nothing_throws() {
      long seed = System.nanoTime();
      var random = new Random(seed);
      var seeds = pictures().toList();
      for (int i = 0; i < ROUNDS; i++) {
        var bytes = mutated(seeds.get(i % 2), random);
        assertDoesNotThrow(() -> Image.of(bytes), () -> "seed " + seed);
        assertDoesNotThrow(() -> Image.headerOf(bytes), () -> "seed " + seed);
      }
    }

    private byte[] mutated(byte[] picture, Random random) {
      var bytes = Arrays.copyOf(picture, random.nextInt(picture.length + 8));
      for (int n = random.nextInt(6); n > 0 && bytes.length > 0; n--) {
        // Headers are where the decisions are.
        int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(64, bytes.length));
        bytes[at] = (byte) (random.nextInt(4) == 0 ? 0xFF : random.nextInt());
      }
      return bytes;
    }
  }
}
