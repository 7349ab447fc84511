package io.muster.actors.document;

import java.util.List;

/**
 * What can be done with the updates of a document without the document. What is kept of one is a
 * list of updates, because not every engine can make one of several. Pure and thread-safe.
 */
public interface DocEngine {

  /**
   * @throws InvalidUpdate for what is no update
   */
  void validate(byte[] update);

  /** As few updates as it can make of these, and to the same effect. */
  List<byte[]> merge(List<byte[]> updates);

  /** Whether an update says nothing that these do not say. */
  boolean isKnown(List<byte[]> updates, byte[] update);

  /** What these updates hold, so that somebody else need not send it again. */
  byte[] stateVector(List<byte[]> updates);

  /**
   * What somebody has to be sent, at least.
   *
   * @param stateVector what that one has
   * @throws InvalidUpdate when it is none
   */
  List<byte[]> diff(List<byte[]> updates, byte[] stateVector);
}
