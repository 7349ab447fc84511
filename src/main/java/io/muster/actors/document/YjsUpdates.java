package io.muster.actors.document;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Merges and divides updates of Yjs documents, in version 1 of their format, by looking at who did
 * what and at which place of the own counting, and not at what comes of it. What is missing in
 * between stays marked as missing.
 */
public final class YjsUpdates implements DocEngine {

  /** By client, from the highest, as the format has it; each in order, without gaps or overlaps. */
  private record Update(TreeMap<Long, List<Struct>> byClient, DeleteSet deleted) {}

  @Override
  public void validate(byte[] update) {
    read(List.of(update));
  }

  @Override
  public List<byte[]> merge(List<byte[]> updates) {
    return updates.isEmpty() ? List.of() : List.of(write(read(updates)));
  }

  @Override
  public boolean isKnown(List<byte[]> updates, byte[] update) {
    // Whoever comes again repeats what was deleted; what somebody writes is never known.
    if (update.length == 0 || update[0] != 0 || updates.isEmpty()) {
      return false;
    }
    var all = new ArrayList<>(updates);
    all.add(update);
    return Arrays.equals(merge(updates).getFirst(), merge(all).getFirst());
  }

  @Override
  public byte[] stateVector(List<byte[]> updates) {
    var out = new Lib0Writer();
    var known = new ArrayList<long[]>();
    read(updates)
        .byClient()
        .forEach(
            (client, structs) -> {
              long until = wholeUntil(structs);
              if (until > 0) {
                known.add(new long[] {client, until});
              }
            });
    out.varUint(known.size());
    known.forEach(one -> out.varUint(one[0]).varUint(one[1]));
    return out.toBytes();
  }

  /** Only what is whole from the beginning counts: who has more would never be sent the gap. */
  private static long wholeUntil(List<Struct> structs) {
    long until = 0;
    for (Struct struct : structs) {
      if (struct instanceof Struct.Skip || struct.clock() != until) {
        return until;
      }
      until = struct.end();
    }
    return until;
  }

  @Override
  public List<byte[]> diff(List<byte[]> updates, byte[] stateVector) {
    if (updates.isEmpty()) {
      return List.of();
    }
    var known = vector(stateVector);
    var all = read(updates);
    var rest = new TreeMap<Long, List<Struct>>(Comparator.reverseOrder());
    all.byClient()
        .forEach(
            (client, structs) -> {
              var unknown = after(client, structs, known.getOrDefault(client, 0L));
              if (!unknown.isEmpty()) {
                rest.put(client, unknown);
              }
            });
    return List.of(write(new Update(rest, all.deleted())));
  }

  private static Map<Long, Long> vector(byte[] bytes) {
    var in = new Lib0Reader(bytes);
    var known = new HashMap<Long, Long>();
    int clients = in.count();
    for (int i = 0; i < clients; i++) {
      known.put(in.varUint(), in.varUint());
    }
    mustEnd(in);
    return known;
  }

  private static List<Struct> after(long client, List<Struct> structs, long known) {
    var rest = new ArrayList<Struct>();
    for (Struct struct : structs) {
      boolean isFirst = rest.isEmpty();
      if (struct.end() > known && !(isFirst && struct instanceof Struct.Skip)) {
        rest.add(struct.clock() < known ? struct.from(client, known) : struct);
      }
    }
    return rest;
  }

  // ── bytes ──

  private static Update read(List<byte[]> updates) {
    var byClient = new TreeMap<Long, List<Struct>>(Comparator.reverseOrder());
    var deleted = new DeleteSet();
    for (byte[] update : updates) {
      var in = new Lib0Reader(update);
      int clients = in.count();
      for (int i = 0; i < clients; i++) {
        readClient(in, byClient);
      }
      deleted.read(in);
      mustEnd(in);
    }
    byClient.replaceAll(YjsUpdates::inOrder);
    byClient.values().removeIf(List::isEmpty);
    return new Update(byClient, deleted);
  }

  private static void readClient(Lib0Reader in, Map<Long, List<Struct>> byClient) {
    int count = in.count();
    long client = in.varUint();
    long clock = in.varUint();
    var structs = byClient.computeIfAbsent(client, _ -> new ArrayList<>());
    for (int i = 0; i < count; i++) {
      var struct = readStruct(in, clock);
      structs.add(struct);
      clock = struct.end();
      if (struct.length() < 1 || clock > Lib0Reader.NUMBER_MAX) {
        throw new InvalidUpdate("expected something that takes a place one can count to");
      }
    }
  }

  private static Struct readStruct(Lib0Reader in, long clock) {
    int info = in.uint8();
    return switch (info) {
      case Struct.GC -> new Struct.Collected(clock, in.varUint());
      case Struct.SKIP -> new Struct.Skip(clock, in.varUint());
      default -> Struct.Item.read(clock, info, in);
    };
  }

  private static void mustEnd(Lib0Reader in) {
    if (in.hasMore()) {
      throw new InvalidUpdate("expected the end, and not %d bytes more".formatted(in.left()));
    }
  }

  /** Each place once, and what is missing marked. */
  private static List<Struct> inOrder(long client, List<Struct> structs) {
    var known = new ArrayList<Struct>(structs);
    known.removeIf(Struct.Skip.class::isInstance);
    known.sort(Comparator.comparingLong(Struct::clock));
    var ordered = new ArrayList<Struct>(known.size());
    long next = known.isEmpty() ? 0 : known.getFirst().clock();
    for (Struct struct : known) {
      if (struct.end() <= next) {
        continue;
      }
      if (struct.clock() > next) {
        ordered.add(new Struct.Skip(next, struct.clock() - next));
      }
      ordered.add(struct.clock() < next ? struct.from(client, next) : struct);
      next = struct.end();
    }
    return ordered;
  }

  private static byte[] write(Update update) {
    var out = new Lib0Writer().varUint(update.byClient().size());
    update
        .byClient()
        .forEach(
            (client, structs) -> {
              out.varUint(structs.size()).varUint(client).varUint(structs.getFirst().clock());
              structs.forEach(struct -> struct.write(out));
            });
    update.deleted().write(out);
    return out.toBytes();
  }
}
