package io.muster.actors.document;

import java.util.Optional;

/** What one client has done, at some place of its own counting. */
sealed interface Struct {
  /** Of the first of it. */
  long clock();

  long length();

  default long end() {
    return clock() + length();
  }

  /** Without what is before a place. */
  Struct from(long client, long place);

  void write(Lib0Writer out);

  int GC = 0;
  int SKIP = 10;

  /** It was deleted, and is forgotten. */
  record Collected(long clock, long length) implements Struct {
    @Override
    public Struct from(long client, long place) {
      return new Collected(place, end() - place);
    }

    @Override
    public void write(Lib0Writer out) {
      out.uint8(GC).varUint(length);
    }
  }

  /** Something is missing here. */
  record Skip(long clock, long length) implements Struct {
    @Override
    public Struct from(long client, long place) {
      return new Skip(place, end() - place);
    }

    @Override
    public void write(Lib0Writer out) {
      out.uint8(SKIP).varUint(length);
    }
  }

  /**
   * @param info its kind, and which of the following are there
   * @param place where it was put, as it was written
   * @param rightOrigin the part of it that says what was to the right
   */
  record Item(long clock, int info, byte[] place, Optional<byte[]> rightOrigin, Content content)
      implements Struct {
    private static final int REF = 0x1f;
    private static final int HAS_PARENT_KEY = 0x20;
    private static final int HAS_RIGHT_ORIGIN = 0x40;
    private static final int HAS_ORIGIN = 0x80;

    static Item read(long clock, int info, Lib0Reader in) {
      int from = in.position();
      if ((info & HAS_ORIGIN) != 0) {
        id(in);
      }
      Optional<byte[]> right = Optional.empty();
      if ((info & HAS_RIGHT_ORIGIN) != 0) {
        int at = in.position();
        id(in);
        right = Optional.of(in.since(at));
      }
      if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) == 0) {
        parent(info, in);
      }
      return new Item(clock, info, in.since(from), right, Content.read(info & REF, in));
    }

    private static void id(Lib0Reader in) {
      in.varUint();
      in.varUint();
    }

    private static void parent(int info, Lib0Reader in) {
      if (in.varUint() == 1) {
        in.varBytes();
      } else {
        id(in);
      }
      if ((info & HAS_PARENT_KEY) != 0) {
        in.varBytes();
      }
    }

    @Override
    public long length() {
      return content.length();
    }

    /** What is left stands to the right of what was cut off. */
    @Override
    public Struct from(long client, long cut) {
      var origin = new Lib0Writer().varUint(client).varUint(cut - 1);
      rightOrigin.ifPresent(origin::bytes);
      return new Item(
          cut, info | HAS_ORIGIN, origin.toBytes(), rightOrigin, content.after(cut - clock));
    }

    @Override
    public void write(Lib0Writer out) {
      out.uint8(info).bytes(place).bytes(content.bytes());
    }
  }
}
