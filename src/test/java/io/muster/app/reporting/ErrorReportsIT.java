package io.muster.app.reporting;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ErrorReportsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  // Says nothing on the console of the tests.
  private static final Logger LOG = (Logger) LoggerFactory.getLogger("reports.of.the.test");

  private final List<String> envelopes = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void listen() throws IOException {
    LOG.setAdditive(false);
    LOG.setLevel(Level.INFO);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/7/envelope/", this::keep);
    server.start();
  }

  @AfterEach
  void leave() {
    server.stop(0);
  }

  private void keep(HttpExchange exchange) throws IOException {
    boolean isPacked = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    var body = exchange.getRequestBody();
    var bytes = (isPacked ? new GZIPInputStream(body) : body).readAllBytes();
    envelopes.add(new String(bytes, StandardCharsets.UTF_8));
    exchange.sendResponseHeaders(200, 2);
    exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
    exchange.close();
  }

  private static ErrorReports to(int port, Optional<String> serverName) {
    return ErrorReports.to(
        new ErrorReports.Server(
            "http://key@127.0.0.1:%d/7".formatted(port), "staging", "1.2.3", serverName),
        LOG);
  }

  private ErrorReports toThis() {
    return to(server.getAddress().getPort(), Optional.empty());
  }

  private JsonNode told() throws IOException {
    eventually("an event", () -> envelopes.stream().anyMatch(e -> e.contains("\"exception\"")));
    for (String envelope : envelopes) {
      for (String line : envelope.lines().toList()) {
        var json = JSON.readTree(line);
        if (json.has("exception")) {
          return json;
        }
      }
    }
    throw new AssertionError(envelopes.toString());
  }

  @Nested
  class An_error_of_the_log {
    @Test
    void arrives_with_its_cause_its_release_and_its_environment() throws IOException {
      try (var _ = toThis()) {
        LOG.error("the journal is away", new IllegalStateException("no connection"));
        var event = told();
        assertEquals("the journal is away", event.at("/message/formatted").asText());
        assertEquals("no connection", event.at("/exception/values/0/value").asText());
        assertEquals("muster@1.2.3", event.path("release").asText());
        assertEquals("staging", event.path("environment").asText());
      }
    }

    @Test
    void tells_nothing_of_the_secrets_in_it_around_it_and_before_it() throws IOException {
      try (var _ = toThis()) {
        LOG.warn("Cookie: session=planted-1");
        MDC.put("authorization", "planted-2");
        LOG.error(
            "refused {} from {}",
            ScrubberTest.JWT,
            "postgres://muster:planted-3@db/muster",
            new IllegalStateException(
                "x-internal-api-key: planted-4",
                new IOException("data:image/png;base64," + "iVBORw0K".repeat(50))));
        MDC.clear();
        told();
        var everything = String.join("\n", envelopes);
        assertFalse(everything.contains("planted"), everything);
        assertFalse(everything.contains("eyJzdWIi"), everything);
        assertFalse(everything.contains("iVBORw0K"), everything);
      }
    }

    @Test
    void tells_the_name_of_the_machine_only_when_somebody_has_chosen_one() throws IOException {
      try (var _ = toThis()) {
        LOG.error("one", new IllegalStateException("one"));
        assertTrue(told().path("server_name").isMissingNode());
      }
      envelopes.clear();
      try (var _ = to(server.getAddress().getPort(), Optional.of("east-1"))) {
        LOG.error("two", new IllegalStateException("two"));
        assertEquals("east-1", told().path("server_name").asText());
      }
    }
  }

  @Nested
  class While_the_server_does_not_answer {
    @Test
    void whoever_logs_does_not_wait() throws IOException {
      try (var deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        var reports = to(deaf.getLocalPort(), Optional.empty());
        assertTimeout(
            Duration.ofSeconds(4), // less than it waits for one answer
            () -> {
              for (int i = 0; i < 2_000; i++) {
                LOG.error("number {}", i, new IllegalStateException("away"));
              }
            });
        assertTimeout(Duration.ofSeconds(3), reports::close);
      }
    }
  }
}
