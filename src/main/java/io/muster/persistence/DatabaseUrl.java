package io.muster.persistence;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An address of a store, as the drivers want it. Prints without its secrets. */
record DatabaseUrl(Dialect dialect, String jdbc, Optional<String> user, Optional<String> password) {

  private static final Pattern LIBPQ =
      Pattern.compile(
          "postgres(?:ql)?://(?:([^:@/]*)(?::([^@/]*))?@)?([^/?]*)(?:/([^?]*))?(\\?.*)?");

  /**
   * @param url {@code postgres://user:password@host:port/database?sslmode=require}, percent-encoded
   *     as usual, or {@code jdbc:postgresql:…}
   * @throws IllegalArgumentException for any other form
   */
  static DatabaseUrl postgresql(String url) {
    if (url.startsWith("jdbc:postgresql:")) {
      return new DatabaseUrl(Dialect.POSTGRESQL, url, Optional.empty(), Optional.empty());
    }
    Matcher form = LIBPQ.matcher(url);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "a database URL is postgres://user:password@host:port/database or jdbc:postgresql:…");
    }
    var host = form.group(3).isEmpty() ? "localhost" : form.group(3);
    var user = Optional.ofNullable(form.group(1)).filter(u -> !u.isEmpty()).map(DatabaseUrl::plain);
    // As libpq does: a database that is not named is called like the user.
    var database =
        Optional.ofNullable(form.group(4)).filter(d -> !d.isEmpty()).or(() -> user).orElse("");
    var options = Optional.ofNullable(form.group(5)).orElse("");
    return new DatabaseUrl(
        Dialect.POSTGRESQL,
        "jdbc:postgresql://" + host + "/" + database + options,
        user,
        Optional.ofNullable(form.group(2)).map(DatabaseUrl::plain));
  }

  /**
   * One file in the directory. Every commit reaches the operating system before it is acknowledged
   * ({@code WRITE_DELAY=0}), and the file is closed by us in our order, not by a hook of the
   * driver.
   */
  static DatabaseUrl embedded(Path dataDir) {
    var file = dataDir.toAbsolutePath().normalize().resolve("muster");
    return new DatabaseUrl(
        Dialect.H2,
        "jdbc:h2:file:" + file + ";WRITE_DELAY=0;DATABASE_TO_LOWER=TRUE;DB_CLOSE_ON_EXIT=FALSE",
        Optional.of("muster"),
        Optional.of(""));
  }

  private static String plain(String encoded) {
    // A plus sign is a plus sign in this part of a URL.
    return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return jdbc.replaceFirst("[?;].*", "").replaceFirst("//[^@/]*@", "//");
  }
}
