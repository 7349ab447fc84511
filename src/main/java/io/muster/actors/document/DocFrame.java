package io.muster.actors.document;

/** A message of y-protocols, as y-websocket sends it in one binary frame. */
public sealed interface DocFrame {

  /** What its author has; the answer is what it has not. */
  record SyncStep1(byte[] stateVector) implements DocFrame {}

  /** All that the author of a {@link SyncStep1} had not. */
  record SyncStep2(byte[] update) implements DocFrame {}

  record Update(byte[] update) implements DocFrame {}

  record AwarenessUpdate(byte[] update) implements DocFrame {}

  /** What the other may not. */
  record Denied(String reason) implements DocFrame {}

  /** Asks everybody for its awareness. */
  record QueryAwareness() implements DocFrame {}

  int SYNC = 0;
  int AWARENESS = 1;
  int AUTH = 2;
  int QUERY = 3;

  /**
   * @throws InvalidUpdate for what is no such message
   */
  static DocFrame read(byte[] bytes) {
    var in = new Lib0Reader(bytes);
    var frame =
        switch ((int) in.varUint()) {
          case SYNC -> sync(in);
          case AWARENESS -> new AwarenessUpdate(in.varBytes());
          case AUTH -> denied(in);
          case QUERY -> new QueryAwareness();
          default -> throw new InvalidUpdate("expected a message of kind 0 to 3");
        };
    if (in.hasMore()) {
      throw new InvalidUpdate("expected the end of the message");
    }
    return frame;
  }

  private static DocFrame sync(Lib0Reader in) {
    return switch ((int) in.varUint()) {
      case 0 -> new SyncStep1(in.varBytes());
      case 1 -> new SyncStep2(in.varBytes());
      case 2 -> new Update(in.varBytes());
      default -> throw new InvalidUpdate("expected a step 0 to 2");
    };
  }

  private static DocFrame denied(Lib0Reader in) {
    in.varUint();
    return new Denied(in.varString());
  }

  static byte[] write(DocFrame frame) {
    var out = new Lib0Writer();
    return switch (frame) {
      case SyncStep1(byte[] vector) -> out.varUint(SYNC).varUint(0).varBytes(vector).toBytes();
      case SyncStep2(byte[] update) -> out.varUint(SYNC).varUint(1).varBytes(update).toBytes();
      case Update(byte[] update) -> out.varUint(SYNC).varUint(2).varBytes(update).toBytes();
      case AwarenessUpdate(byte[] update) -> out.varUint(AWARENESS).varBytes(update).toBytes();
      case Denied(String reason) -> out.varUint(AUTH).varUint(0).varString(reason).toBytes();
      case QueryAwareness _ -> out.varUint(QUERY).toBytes();
    };
  }
}
