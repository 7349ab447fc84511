package io.muster.app;

import io.muster.http.edge.AllowedOrigins;
import io.muster.http.edge.EdgeSettings;
import io.muster.http.edge.EdgeSettings.Limits;
import io.muster.http.edge.EdgeSettings.Times;
import io.muster.http.edge.HttpLimits;
import io.muster.http.edge.PlainLimits;
import io.muster.http.edge.TrustedProxies;

/** What of our settings the socket edge wants, in its words. */
final class Edges {
  private Edges() {}

  static EdgeSettings settings(
      Settings settings, String node, AllowedOrigins origins, TrustedProxies proxies) {
    var sockets = settings.sockets();
    var times = Times.DEFAULT;
    var limits = Limits.DEFAULT;
    return new EdgeSettings(
        node,
        new Times(
            sockets.pingInterval(),
            sockets.pingTimeout(),
            sockets.connectTimeout(),
            times.upgrade(),
            times.closingPoll(),
            times.drain()),
        new Limits(
            sockets.maxPayload(),
            limits.strangerBytes(),
            sockets.outboundMax(),
            limits.packetsPerSecond(),
            limits.fragments(),
            limits.requests(),
            limits.earlyEvents(),
            sockets.strangersPerAddress(),
            limits.strangers(),
            Math.max(limits.postBytes(), sockets.maxPayload())),
        HttpLimits.DEFAULT,
        origins,
        proxies);
  }

  /** The plain WebSocket keeps to the same times and limits as Socket.IO. */
  static PlainLimits plain(Settings settings) {
    var sockets = settings.sockets();
    var plain = PlainLimits.DEFAULT;
    return new PlainLimits(
        sockets.maxPayload(),
        plain.strangerBytes(),
        sockets.outboundMax(),
        plain.requests(),
        plain.auth(),
        sockets.connectTimeout(),
        sockets.pingInterval(),
        sockets.pingTimeout(),
        plain.goodbye(),
        sockets.strangersPerAddress(),
        plain.strangers(),
        plain.messages());
  }
}
