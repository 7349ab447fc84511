package io.muster.app;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Looks whether a port is free, before anything is started that would have to be stopped again. */
final class Ports {
  private Ports() {}

  static void check(Settings.Http http) throws BindException {
    try (var trial = new ServerSocket()) {
      trial.setReuseAddress(true);
      trial.bind(new InetSocketAddress(InetAddress.getByName(http.host()), http.port()));
    } catch (IOException e) {
      throw new BindException(
          "cannot listen on %s port %d: %s (set PORT to another one)"
              .formatted(http.host(), http.port(), e.getMessage()));
    }
  }
}
