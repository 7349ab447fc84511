package io.muster.support;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Prometheus text, taken apart. */
public record Scrape(Map<String, Double> samples, Map<String, String> families) {
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)=\"([^\"]*)\"");

  public static Scrape of(String text) {
    var samples = new HashMap<String, Double>();
    var families = new TreeMap<String, String>();
    for (String line : text.lines().toList()) {
      if (line.startsWith("# TYPE ")) {
        var words = line.split(" ");
        if (families.put(words[2], words[3]) != null) {
          throw new AssertionError("told twice: " + words[2]);
        }
      } else if (!line.startsWith("#") && !line.isBlank()) {
        int end = line.lastIndexOf(' ');
        if (samples.put(line.substring(0, end), Double.valueOf(line.substring(end + 1))) != null) {
          throw new AssertionError("told twice: " + line);
        }
      }
    }
    return new Scrape(Map.copyOf(samples), families);
  }

  /** Of all samples with this name and these labels, each as {@code name="value"}. */
  public double sum(String name, String... labels) {
    return samples.entrySet().stream()
        .filter(one -> one.getKey().split("\\{")[0].equals(name))
        .filter(one -> Arrays.stream(labels).allMatch(one.getKey()::contains))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /** How much there is of a family: of a histogram or summary the number of its observations. */
  public double amount(String family) {
    boolean isCounted = List.of("histogram", "summary").contains(families.get(family));
    return sum(isCounted ? family + "_count" : family);
  }

  public Set<String> labelNames() {
    return labels(1);
  }

  public Set<String> labelValues() {
    return labels(2);
  }

  private Set<String> labels(int group) {
    var found = new TreeSet<String>();
    samples.keySet().stream()
        .filter(sample -> !sample.startsWith("kamon_")) // of the library itself
        .flatMap(sample -> LABEL.matcher(sample).results())
        .map((MatchResult label) -> label.group(group))
        .forEach(found::add);
    return found;
  }
}
