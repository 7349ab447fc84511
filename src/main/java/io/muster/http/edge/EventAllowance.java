package io.muster.http.edge;

/** What one connection has used of its {@link Allowance}. Confined to its loop. */
public final class EventAllowance {
  private final Allowance allowance;
  private long due;

  public EventAllowance(Allowance allowance) {
    this.allowance = allowance;
    this.due = allowance.untouched(System.nanoTime());
  }

  /** Whether one more event is allowed; if so it is counted. */
  public boolean takes() {
    long now = System.nanoTime();
    boolean allows = allowance.allows(due, now);
    if (allows) {
      due = allowance.spend(due, now);
    }
    return allows;
  }
}
