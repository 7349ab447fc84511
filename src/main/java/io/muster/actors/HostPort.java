package io.muster.actors;

import org.apache.pekko.actor.Address;

/**
 * Where the others reach a node, as people type it: {@code host:port}. Former releases say {@code
 * muster@host:port}, which is understood wherever an address is read.
 */
public final class HostPort {
  private HostPort() {}

  public static String of(Address address) {
    return read(address.hostPort());
  }

  /** In either spelling. */
  public static String read(String address) {
    return address.substring(address.indexOf('@') + 1);
  }
}
