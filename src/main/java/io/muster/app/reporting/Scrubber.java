package io.muster.app.reporting;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Takes secrets and pictures out of what leaves the process as text. Rather hides a harmless word
 * than shows a secret one. Each pattern has a fixed beginning and bounded or possessive parts, so
 * that a text made for it costs no more than another.
 */
public final class Scrubber {
  private static final String HIDDEN = "[hidden]";
  private static final String SECRET_NAME =
      "(?:token|secret(?:[_-]?key)?|password|passwd|pwd|api[_-]?key|access[_-]?key|credential|signature)";

  private static final Pattern NAME =
      Pattern.compile("(?i).*(?:" + SECRET_NAME + "|authorization|cookie|dsn).*");

  // formatter:off
  private static final List<Rule> RULES =
      List.of(
          // Pictures, and whatever else is carried as text.
          rule("(?i)(data:[a-z0-9.+/-]{1,64};base64,)[A-Za-z0-9+/=_-]++",                      "$1" + HIDDEN),
          // Tokens: a header that begins as JSON does, a payload, a signature; five parts when encrypted.
          rule("(?<![A-Za-z0-9_-])ey[A-Za-z0-9_-]{6,}+(?:\\.[A-Za-z0-9_-]*+){2,4}",            HIDDEN),
          rule("(?i)((?:set-)?cookie[\"']?\\s{0,4}[:=])[^\\r\\n]++",                           "$1 " + HIDDEN),
          rule("(?i)(authorization[\"']?\\s{0,4}[:=])[^\\r\\n,;}]++",                          "$1 " + HIDDEN),
          rule("(?i)\\b(bearer|basic)\\s{1,4}[A-Za-z0-9._~+/=-]{6,}+",                         "$1 " + HIDDEN),
          // Addresses with a password: of databases, caches and stores.
          rule("(://[^\\s:/@]{0,128}):[^\\s]{1,256}@",                                         "$1:" + HIDDEN + "@"),
          rule("(?i)(" + SECRET_NAME + "[\"']?\\s{0,4}[=:]\\s{0,4}[\"']?)[^\\s\"'&,;)}\\]]++", "$1" + HIDDEN),
          rule("[A-Za-z0-9+/_-]{120,}+={0,2}+",                                                HIDDEN));
  // formatter:on

  private Scrubber() {}

  private record Rule(Pattern secret, String instead) {}

  private static Rule rule(String secret, String instead) {
    return new Rule(Pattern.compile(secret), instead);
  }

  public static String text(String said) {
    var scrubbed = said;
    for (Rule rule : RULES) {
      scrubbed = rule.secret.matcher(scrubbed).replaceAll(rule.instead);
    }
    return scrubbed;
  }

  /** Whether a value is secret by the name of its field. */
  public static boolean isSecret(String name) {
    return NAME.matcher(name).matches();
  }

  public static Map<String, Object> map(Map<?, ?> said) {
    var scrubbed = new LinkedHashMap<String, Object>();
    said.forEach(
        (key, value) -> {
          var name = String.valueOf(key);
          scrubbed.put(name, isSecret(name) ? HIDDEN : value(value));
        });
    return scrubbed;
  }

  /** Texts in it scrubbed, numbers and the like as they are. */
  public static Object value(Object said) {
    return switch (said) {
      case String text -> text(text);
      case Map<?, ?> map -> map(map);
      case Collection<?> many -> list(many);
      case null, default -> said;
    };
  }

  private static List<Object> list(Collection<?> said) {
    var scrubbed = new ArrayList<>();
    said.forEach(one -> scrubbed.add(value(one)));
    return scrubbed;
  }
}
