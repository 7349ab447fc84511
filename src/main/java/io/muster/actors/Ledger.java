package io.muster.actors;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far those have come who count what they tell. A sender that was never heard of has told
 * nothing so far, so the first word of one that has is after a hole. Not thread-safe.
 */
final class Ledger {
  // Far more than there are nodes, dead ones included; a beat each second keeps the living in it.
  private static final int SENDERS_MAX = 1_000;

  private final Map<String, Long> last =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > SENDERS_MAX;
        }
      };

  enum Entry {
    NEXT,
    /** Something before it did not arrive. */
    AFTER_A_HOLE,
    OLD
  }

  /** A message has arrived. */
  Entry post(String sender, long number) {
    long before = last.getOrDefault(sender, 0L);
    if (number <= before) {
      return Entry.OLD;
    }
    last.put(sender, number);
    return number == before + 1 ? Entry.NEXT : Entry.AFTER_A_HOLE;
  }

  /** The sender has come so far; what it told before has arrived or will not. */
  Entry beat(String sender, long number) {
    long before = last.getOrDefault(sender, 0L);
    last.put(sender, Math.max(before, number));
    return number > before ? Entry.AFTER_A_HOLE : Entry.NEXT;
  }
}
