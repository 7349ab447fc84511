package io.muster.app;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The keys below {@code muster}, read one by one. What is wrong with a value is collected and a
 * stand-in returned, so that everything wrong can be said at once. Not thread-safe.
 */
final class Keys {
  private final Config config;
  private final List<String> complaints = new ArrayList<>();
  private final Set<String> wrong = new HashSet<>();
  private final Set<String> asked = new HashSet<>();

  Keys(Config muster) {
    this.config = muster;
  }

  // ── values ──

  String text(String key, String otherwise) {
    return read(key, "a text", config::getString).orElse(otherwise);
  }

  /** Empty for a key that is not set or blank. */
  Optional<String> text(String key) {
    asked.add(key);
    return config.hasPath(key)
        ? read(key, "a text", config::getString).filter(text -> !text.isBlank())
        : Optional.empty();
  }

  /** The parts between commas. */
  List<String> list(String key) {
    return Arrays.stream(text(key, "").split(","))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }

  boolean flag(String key) {
    return read(key, "true or false", config::getBoolean).orElse(false);
  }

  int whole(String key, int min, int max) {
    var range = "%d to %d".formatted(min, max);
    return read(key, range, config::getInt)
        .filter(value -> isWithin(key, range, value, min <= value && value <= max))
        .orElse(min);
  }

  Duration time(String key, Duration min, Duration max) {
    var range = "%s to %s".formatted(words(min), words(max));
    return read(key, range, config::getDuration)
        .filter(
            value ->
                isWithin(
                    key,
                    range,
                    words(value),
                    value.compareTo(min) >= 0 && value.compareTo(max) <= 0))
        .orElse(min);
  }

  private <T> Optional<T> read(String key, String wanted, Function<String, T> get) {
    asked.add(key);
    try {
      return Optional.of(get.apply(key));
    } catch (ConfigException.Missing e) {
      complain(key, "muster.%s is missing".formatted(key));
    } catch (ConfigException e) {
      // The value is not repeated: a secret may stand in the wrong place.
      complain(key, "muster.%s must be %s; it cannot be read".formatted(key, wanted));
    }
    return Optional.empty();
  }

  private boolean isWithin(String key, String range, Object value, boolean is) {
    if (!is) {
      complain(key, "muster.%s must be %s, was %s".formatted(key, range, value));
    }
    return is;
  }

  private static String words(Duration time) {
    if (time.toMillis() % 1000 != 0) {
      return time.toMillis() + "ms";
    }
    return time.toSeconds() % 86_400 == 0 ? time.toDays() + "d" : time.toSeconds() + "s";
  }

  // ── complaints ──

  private void complain(String key, String complaint) {
    wrong.add(key);
    complain(complaint);
  }

  void complain(String complaint) {
    complaints.add(complaint);
  }

  /** How values stand to each other; of one that is wrong by itself nothing more is said. */
  void require(boolean met, String otherwise, String... keys) {
    if (!met && Arrays.stream(keys).noneMatch(wrong::contains)) {
      complain(otherwise);
    }
  }

  /** What a constructor of elsewhere refuses is a complaint like any other. */
  <T> T checked(String key, Supplier<T> make, T otherwise) {
    try {
      return make.get();
    } catch (IllegalArgumentException e) {
      complain("muster.%s: %s".formatted(key, e.getMessage()));
      return otherwise;
    }
  }

  /**
   * Keys that nobody has asked for mean something to whoever wrote them, but nothing to us. Call
   * after everything has been read.
   *
   * @param others sections that are read by others
   */
  void complainOfUnknown(Set<String> others) {
    config.entrySet().stream()
        .map(entry -> entry.getKey())
        .filter(key -> !asked.contains(key) && !others.contains(key.split("\\.")[0]))
        .sorted()
        .forEach(key -> complain("muster.%s is not a setting".formatted(key)));
  }

  List<String> complaints() {
    return List.copyOf(complaints);
  }
}
