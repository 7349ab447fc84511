package io.muster.http.api;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Tags as people write them: at most 32 per device, each {@code [a-z0-9][a-z0-9:._-]{0,63}}. */
final class Tags {
  static final int MAX = 32;
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9:._-]{0,63}");

  private Tags() {}

  static SortedSet<String> of(List<String> words) {
    words.forEach(Tags::one);
    return new TreeSet<>(words);
  }

  static String one(String word) {
    Body.require(
        FORM.matcher(word).matches(),
        "a tag is 1 to 64 of a-z 0-9 : . _ - and begins with a letter or digit");
    return word;
  }
}
