package io.muster.actors.document;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was deleted, by the client that made it. Confined to one reading or merging. */
final class DeleteSet {
  private record Range(long clock, long length) {
    long end() {
      return clock + length;
    }
  }

  private final Map<Long, List<Range>> byClient = new TreeMap<>(Comparator.reverseOrder());

  void read(Lib0Reader in) {
    int clients = in.count();
    for (int i = 0; i < clients; i++) {
      long client = in.varUint();
      int ranges = in.count();
      var all = byClient.computeIfAbsent(client, _ -> new ArrayList<>());
      for (int j = 0; j < ranges; j++) {
        all.add(new Range(in.varUint(), in.varUint()));
      }
    }
  }

  void write(Lib0Writer out) {
    byClient.values().removeIf(List::isEmpty);
    out.varUint(byClient.size());
    byClient.forEach(
        (client, ranges) -> {
          var merged = merged(ranges);
          out.varUint(client).varUint(merged.size());
          merged.forEach(range -> out.varUint(range.clock()).varUint(range.length()));
        });
  }

  private static List<Range> merged(List<Range> ranges) {
    ranges.sort(Comparator.comparingLong(Range::clock));
    var merged = new ArrayList<Range>();
    for (Range range : ranges) {
      if (!merged.isEmpty() && merged.getLast().end() >= range.clock()) {
        var last = merged.removeLast();
        long end = Math.max(last.end(), range.end());
        merged.add(new Range(last.clock(), end - last.clock()));
      } else {
        merged.add(range);
      }
    }
    return merged;
  }
}
