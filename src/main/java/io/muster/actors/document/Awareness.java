package io.muster.actors.document;

import java.util.ArrayList;
import java.util.List;

/**
 * Who is there and what each shows of itself, as clients tell it: each of them counts what it says
 * of itself.
 *
 * @param clock of that client; a later one replaces what was said before
 * @param state JSON, {@code null} for one that has left
 */
public record Awareness(long client, long clock, String state) {
  private static final String GONE = "null";

  /**
   * @throws InvalidUpdate for what is no list of them
   */
  public static List<Awareness> read(byte[] update) {
    var in = new Lib0Reader(update);
    int count = in.count();
    var all = new ArrayList<Awareness>();
    for (int i = 0; i < count; i++) {
      all.add(new Awareness(in.varUint(), in.varUint(), in.varString()));
    }
    return all;
  }

  public static byte[] write(List<Awareness> all) {
    var out = new Lib0Writer().varUint(all.size());
    all.forEach(one -> out.varUint(one.client()).varUint(one.clock()).varString(one.state()));
    return out.toBytes();
  }

  public boolean isGone() {
    return state.equals(GONE);
  }

  /** What others have to be told when it has left without a word. */
  public Awareness left() {
    return new Awareness(client, clock + 1, GONE);
  }
}
