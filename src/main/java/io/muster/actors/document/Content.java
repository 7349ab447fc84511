package io.muster.actors.document;

import java.util.Arrays;

/**
 * What an item holds, as it was written.
 *
 * @param ref the kind, 1 to 9
 * @param length in the counting of clients: UTF-16 units of a text, elements of a list, otherwise 1
 */
record Content(int ref, byte[] bytes, long length) {
  private static final int DELETED = 1;
  private static final int JSON = 2;
  private static final int BINARY = 3;
  private static final int STRING = 4;
  private static final int EMBED = 5;
  private static final int FORMAT = 6;
  private static final int TYPE = 7;
  private static final int ANY = 8;
  private static final int DOC = 9;

  private static final int TYPES = 7;
  private static final int XML_ELEMENT = 3;
  private static final int XML_HOOK = 5;
  private static final char REPLACEMENT = '\uFFFD';

  static Content read(int ref, Lib0Reader in) {
    int from = in.position();
    long length = skip(ref, in);
    if (length < 1) {
      throw new InvalidUpdate("expected an item with something in it");
    }
    return new Content(ref, in.since(from), length);
  }

  private static long skip(int ref, Lib0Reader in) {
    switch (ref) {
      case DELETED -> {
        return in.varUint();
      }
      case JSON -> {
        int count = in.count();
        for (int i = 0; i < count; i++) {
          in.varBytes();
        }
        return count;
      }
      case ANY -> {
        int count = in.count();
        for (int i = 0; i < count; i++) {
          in.skipAny();
        }
        return count;
      }
      case STRING -> {
        return in.varString().length();
      }
      case BINARY, EMBED -> in.varBytes();
      case FORMAT -> {
        in.varBytes();
        in.varBytes();
      }
      case TYPE -> skipType(in);
      case DOC -> {
        in.varBytes();
        in.skipAny();
      }
      default -> throw new InvalidUpdate("expected content of a kind from 1 to 9, was " + ref);
    }
    return 1;
  }

  private static void skipType(Lib0Reader in) {
    long type = in.varUint();
    if (type >= TYPES) {
      throw new InvalidUpdate("expected a type from 0 to 6, was " + type);
    }
    if (type == XML_ELEMENT || type == XML_HOOK) {
      in.varBytes();
    }
  }

  /** Without its beginning. */
  Content after(long offset) {
    var in = new Lib0Reader(bytes);
    byte[] rest =
        switch (ref) {
          case DELETED -> new Lib0Writer().varUint(length - offset).toBytes();
          case STRING -> new Lib0Writer().varString(tail(in.varString(), (int) offset)).toBytes();
          case JSON -> elements(in, offset, in::varBytes);
          case ANY -> elements(in, offset, in::skipAny);
          default -> throw new InvalidUpdate("expected an item that can be divided");
        };
    return new Content(ref, rest, length - offset);
  }

  /** Half of a pair of surrogates is none, on either side. */
  private static String tail(String text, int offset) {
    var tail = text.substring(offset);
    return Character.isHighSurrogate(text.charAt(offset - 1))
        ? REPLACEMENT + tail.substring(1)
        : tail;
  }

  private byte[] elements(Lib0Reader in, long offset, Runnable skip) {
    in.count();
    for (long i = 0; i < offset; i++) {
      skip.run();
    }
    byte[] rest = in.rest();
    byte[] count = new Lib0Writer().varUint(length - offset).toBytes();
    byte[] all = Arrays.copyOf(count, count.length + rest.length);
    System.arraycopy(rest, 0, all, count.length, rest.length);
    return all;
  }
}
