package io.muster.actors.content;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Under which versions a device knows its playlists. Players apply a playlist that they have only
 * when its version is greater as text, so a version never falls and never stands for two contents:
 * it follows the changes of the source, and is pushed a millisecond further where the source would
 * have it stand or fall, as after the end of a schedule or when something was archived.
 *
 * @param recent the playlists of late, the last one told at the end; at most {@link #RECENT_MAX}
 * @param floor above every version that has been forgotten
 */
public record Numbering(List<Numbered> recent, Optional<Instant> floor) {
  public static final Numbering NONE = new Numbering(List.of(), Optional.empty());

  // A screen that alternates between more playlists than this gets versions that skip, never fall.
  static final int RECENT_MAX = 16;

  // Twenty-four characters for every year that can be written with four digits.
  private static final DateTimeFormatter TEXT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /**
   * @param version in whole milliseconds
   * @param print of the content, see {@link #print}
   */
  public record Numbered(String playlistId, Instant version, long print) {
    /** ISO-8601 UTC with milliseconds, 24 characters. */
    public String text() {
      return TEXT.format(version);
    }
  }

  public Numbering {
    recent = List.copyOf(recent);
  }

  /** Tells contents apart; two of 2^32 contents of one device may share theirs. */
  public static long print(String playlist) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256").digest(playlist.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("a Java platform without SHA-256", impossible);
    }
  }

  /** Nothing was ever told. */
  public boolean isEmpty() {
    return recent.isEmpty() && floor.isEmpty();
  }

  /** The content's number: the one it has, or its next. */
  public Numbered number(Content content, long print) {
    var changed = content.changedAt().truncatedTo(ChronoUnit.MILLIS);
    var known = find(content.playlistId());
    if (known.isEmpty()) {
      return new Numbered(
          content.playlistId(), floor.map(f -> above(f, changed)).orElse(changed), print);
    }
    var last = known.get().version();
    boolean isSame = known.get().print() == print;
    var version = isSame && !changed.isAfter(last) ? last : above(last, changed);
    return new Numbered(content.playlistId(), version, print);
  }

  private static Instant above(Instant last, Instant wanted) {
    return wanted.isAfter(last) ? wanted : last.plusMillis(1);
  }

  public boolean knows(Numbered number) {
    return find(number.playlistId()).filter(number::equals).isPresent();
  }

  private Optional<Numbered> find(String playlistId) {
    return recent.stream().filter(n -> n.playlistId().equals(playlistId)).findFirst();
  }

  public Numbering with(Numbered newest) {
    var numbers = new ArrayList<>(recent);
    numbers.removeIf(n -> n.playlistId().equals(newest.playlistId()));
    numbers.add(newest);
    if (numbers.size() <= RECENT_MAX) {
      return new Numbering(numbers, floor);
    }
    var forgotten = numbers.removeFirst().version();
    return new Numbering(numbers, Optional.of(floor.filter(forgotten::isBefore).orElse(forgotten)));
  }
}
