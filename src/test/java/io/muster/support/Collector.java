package io.muster.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** Takes spans by OTLP over HTTP and keeps them. */
public final class Collector implements AutoCloseable {
  private final HttpServer server;
  private final List<Seen> seen = new CopyOnWriteArrayList<>();

  /**
   * A span and who made it.
   *
   * @param node the {@code service.instance.id}
   */
  public record Seen(Span span, String node) {
    public String trace() {
      return hex(span.getTraceId().toByteArray());
    }

    public String id() {
      return hex(span.getSpanId().toByteArray());
    }

    public String parent() {
      return hex(span.getParentSpanId().toByteArray());
    }

    /** As text; empty when there is none. */
    public String attribute(String name) {
      return value(span.getAttributesList(), name);
    }
  }

  public Collector() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/v1/traces", this::take);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void take(HttpExchange exchange) throws IOException {
    boolean isZipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (exchange;
        var body =
            isZipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      for (var resource : ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
        var node = value(resource.getResource().getAttributesList(), "service.instance.id");
        resource
            .getScopeSpansList()
            .forEach(scope -> scope.getSpansList().forEach(span -> seen.add(new Seen(span, node))));
      }
      exchange.sendResponseHeaders(200, -1);
    }
  }

  public List<Seen> all() {
    return List.copyOf(seen);
  }

  public List<Seen> ofTrace(String trace) {
    return seen.stream().filter(one -> one.trace().equals(trace)).toList();
  }

  private static String value(List<KeyValue> attributes, String name) {
    return attributes.stream()
        .filter(one -> one.getKey().equals(name))
        .map(KeyValue::getValue)
        .map(v -> v.hasStringValue() ? v.getStringValue() : Long.toString(v.getIntValue()))
        .findFirst()
        .orElse("");
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
