package io.muster.persistence;

import io.muster.actors.Page;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Pages of what is listed by time, the latest first; a name decides between equal times. */
final class TimePages {
  static final int SIZE_MAX = 500;

  /** The last item of a page. */
  record Place(Instant at, String name) {
    private String text() {
      return at + " " + name;
    }

    private static Optional<Place> of(String text) {
      int blank = text.indexOf(' ');
      try {
        return blank < 0
            ? Optional.empty()
            : Optional.of(
                new Place(Instant.parse(text.substring(0, blank)), text.substring(blank + 1)));
      } catch (DateTimeParseException e) {
        return Optional.empty();
      }
    }
  }

  private TimePages() {}

  /** Fails for a size out of bounds, and for a token that no page has given. */
  static CompletionStage<Optional<Place>> asked(int size, Optional<String> token) {
    if (size < 1 || size > SIZE_MAX) {
      return refused("a page has 1 to " + SIZE_MAX + " items");
    }
    if (token.isEmpty()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    var place = token.filter(Cursor::isWellFormed).map(Cursor::last).flatMap(Place::of);
    return place.isEmpty()
        ? refused("no page has given this token")
        : CompletableFuture.completedFuture(place);
  }

  static <T> CompletionStage<T> refused(String why) {
    return CompletableFuture.failedFuture(new IllegalArgumentException(why));
  }

  static String condition(Optional<Place> after, String time, String name) {
    return after.isEmpty() ? "" : " and (%1$s < ? or %1$s = ? and %2$s < ?)".formatted(time, name);
  }

  /** The number of values bound. */
  static int bind(PreparedStatement select, int first, Optional<Place> after) throws SQLException {
    if (after.isEmpty()) {
      return 0;
    }
    select.setObject(first, Columns.time(after.get().at()));
    select.setObject(first + 1, Columns.time(after.get().at()));
    select.setString(first + 2, after.get().name());
    return 3;
  }

  /**
   * @param rows one more than the page has, when there are more
   */
  static <T> Page<T> page(List<T> rows, int size, Function<T, Place> place) {
    return rows.size() <= size
        ? new Page<>(rows, Optional.empty())
        : new Page<>(
            rows.subList(0, size),
            Optional.of(Cursor.after(place.apply(rows.get(size - 1)).text())));
  }
}
