package io.muster.actors;

import java.util.HashMap;
import java.util.Map;

/**
 * An organisation as a label of a metric. Only {@link Cap} makes one, so that there is no way to
 * have more of them than a store of metrics can bear.
 *
 * <p>The rule: the first organisations that are counted have labels of their own; each further one
 * shares one of {@value #BUCKETS}, {@code other-0} to {@code other-15}, chosen by a hash of its
 * name, so that it is the same one after a restart and on every node. An organisation that goes
 * frees nothing until the next start: a label that is taken over would join the curves of two
 * tenants. One that is really called {@code other-3} is counted with those.
 */
public final class OrgLabel {
  public static final int BUCKETS = 16;

  private final String word;

  private OrgLabel(String word) {
    this.word = word;
  }

  /** 1 to 64 of {@code A-Z a-z 0-9 _ -}. */
  @Override
  public String toString() {
    return word;
  }

  /** Where labels are made. Thread-safe. */
  public static final class Cap {
    private final int namesMax;
    private final Map<OrgId, OrgLabel> named = new HashMap<>();
    private final OrgLabel[] others = new OrgLabel[BUCKETS];

    /**
     * @param namesMax how many organisations have labels of their own, 0 or more
     */
    public Cap(int namesMax) {
      this.namesMax = namesMax;
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        others[bucket] = new OrgLabel("other-" + bucket);
      }
    }

    public synchronized OrgLabel of(OrgId org) {
      var known = named.get(org);
      if (known != null) {
        return known;
      }
      if (named.size() >= namesMax) {
        return others[Math.floorMod(org.value().hashCode(), BUCKETS)];
      }
      var label = new OrgLabel(org.value());
      named.put(org, label);
      return label;
    }
  }
}
