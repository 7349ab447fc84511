package io.muster.actors.document;

import java.util.Arrays;
import java.util.List;

/** Looks at no update: everybody sends everything, and is sent everything. */
public final class LogOnly implements DocEngine {
  private static final byte[] NOTHING = {0};

  @Override
  public void validate(byte[] update) {
    if (update.length < 2) {
      throw new InvalidUpdate("expected an update of at least two bytes");
    }
  }

  @Override
  public List<byte[]> merge(List<byte[]> updates) {
    return updates;
  }

  @Override
  public boolean isKnown(List<byte[]> updates, byte[] update) {
    return updates.stream().anyMatch(one -> Arrays.equals(one, update));
  }

  @Override
  public byte[] stateVector(List<byte[]> updates) {
    return NOTHING.clone();
  }

  @Override
  public List<byte[]> diff(List<byte[]> updates, byte[] stateVector) {
    return updates;
  }
}
