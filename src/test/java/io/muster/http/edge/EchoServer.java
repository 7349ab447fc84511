package io.muster.http.edge;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** A listener on a free loopback port with applications of the test's choice. */
final class EchoServer implements AutoCloseable {
  /** As the public suites want it, but with a heartbeat that leaves slow machines alone. */
  static final EdgeSettings.Times CALM =
      new EdgeSettings.Times(
          Duration.ofSeconds(25),
          Duration.ofSeconds(20),
          Duration.ofSeconds(45),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(2));

  private final EventLoops loops;
  private final Listener listener;

  private EchoServer(EventLoops loops, Listener listener) {
    this.loops = loops;
    this.listener = listener;
  }

  static EchoServer open(EdgeSettings settings, Listener.Mount... mounts) {
    var loops = EventLoops.onAllCores();
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      var listener =
          Listener.open(
              loops,
              List.of(address),
              settings,
              List.of(mounts),
              List.of(EchoApplications.notFound()));
      return new EchoServer(loops, listener);
    } catch (BindException taken) {
      loops.close();
      throw new IllegalStateException(taken);
    }
  }

  static EdgeSettings settings() {
    return new EdgeSettings(
        "",
        CALM,
        EdgeSettings.Limits.DEFAULT,
        HttpLimits.DEFAULT,
        AllowedOrigins.ANY,
        TrustedProxies.NONE);
  }

  static EdgeSettings settings(UnaryOperator<EdgeSettings.Times> times) {
    var usual = settings();
    return new EdgeSettings(
        usual.node(),
        times.apply(usual.times()),
        usual.limits(),
        usual.http(),
        usual.origins(),
        usual.proxies());
  }

  static EdgeSettings limited(UnaryOperator<EdgeSettings.Limits> limits) {
    var usual = settings();
    return new EdgeSettings(
        usual.node(),
        usual.times(),
        limits.apply(usual.limits()),
        usual.http(),
        usual.origins(),
        usual.proxies());
  }

  int port() {
    return listener.port();
  }

  Listener listener() {
    return listener;
  }

  EventLoops loops() {
    return loops;
  }

  @Override
  public void close() {
    listener.close();
    loops.close();
  }
}
