package io.muster.app.reporting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ScrubberTest {
  static final String JWT =
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0di0xIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = true,
      value = {
        "Authorization: Bearer s3cr3t-value                      | s3cr3t",
        "authorization=Basic czNjcjN0OnM=                        | czNjcjN0",
        "sent with bearer s3cr3tvalue and failed                 | s3cr3t",
        "Cookie: theme=dark; vizora_auth_token=s3cr3t; other=1   | s3cr3t",
        "{\"set-cookie\": \"session=s3cr3t; Path=/\"}            | s3cr3t",
        "x-internal-api-key: s3cr3t                              | s3cr3t",
        "GET /socket.io/?EIO=4&token=s3cr3t&transport=polling    | s3cr3t",
        "{\"accessToken\":\"s3cr3t\"}                            | s3cr3t",
        "jdbc:postgresql://db/muster?user=m&password=s3cr3t&ssl=1 | s3cr3t",
        "postgres://muster:s3cr3t@db:5432/muster                 | s3cr3t",
        "postgres://muster:s3cr/3t@with@db:5432/muster           | 3t@with",
        "cannot reach redis://:s3cr3t@cache:6379/0               | s3cr3t",
        "https://s3.example/x.png?X-Amz-Signature=s3cr3t&a=1     | s3cr3t",
        "MINIO_SECRET_KEY=s3cr3t                                 | s3cr3t",
        "JWT_SECRET=s3cr3t                                       | s3cr3t",
        "image data:image/png;base64,iVBORw0KGgo= was refused    | iVBOR"
      })
  void is_hidden(String said, String secret) {
    assertTrue(said.contains(secret));
    assertFalse(Scrubber.text(said).contains(secret), Scrubber.text(said));
  }

  @ParameterizedTest
  @ValueSource(strings = {"token %s.", "[%s]", "\"%s\"", "a=%s&b", "%s"})
  void a_signed_token_is_hidden_wherever_it_stands(String said) {
    assertFalse(Scrubber.text(said.formatted(JWT)).contains("eyJzdWIi"));
  }

  @Test
  void a_picture_is_hidden() {
    var picture = "iVBORw0KGgoAAAANSUhEUgAA".repeat(100);
    assertEquals("picture [hidden] refused", Scrubber.text("picture " + picture + " refused"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "device tv-1 of northwind came online, epoch 7",
        "org.apache.pekko.persistence.typed.internal.EventSourcedBehaviorImpl failed",
        "GET https://gateway.example/api/v1/devices?pageSize=20 answered 200 in 3 ms",
        "two tokens are about to expire",
        "DEVICE_JWT_SECRET must have at least 32 characters",
        "jdbc:postgresql://db:5432/muster refused the connection",
        "at io.muster.http.edge.EngineServer.open(EngineServer.java:120)"
      })
  void what_is_harmless_stays_as_it_is(String said) {
    assertEquals(said, Scrubber.text(said));
  }

  @Test
  void fields_are_hidden_by_their_names_however_deep() {
    assertEquals(
        Map.of("headers", List.of(Map.of("Cookie", "[hidden]", "accept", "text/plain")), "n", 1),
        Scrubber.value(
            Map.of("headers", List.of(Map.of("Cookie", "abc", "accept", "text/plain")), "n", 1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"://", "ey.", "eyaaaaaa.", "token=", "bearer ", "a/", "cookie:", "=:@"})
  void a_text_made_to_be_slow_is_not(String piece) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(2), () -> Scrubber.text(piece.repeat(100_000 / piece.length())));
  }

  @Test
  void our_own_log_says_no_secret_either_in_causes_too() throws JoranException {
    var context = new LoggerContext();
    var configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure("src/main/resources/logback.xml");
    var queue = (AsyncAppender) context.getLogger("ROOT").getAppender("async");
    var console = (ConsoleAppender<ILoggingEvent>) queue.getAppender("console");
    var event =
        new LoggingEvent(
            "",
            context.getLogger("io.muster.Test"),
            Level.ERROR,
            "refused " + JWT,
            new IllegalStateException("redis://:s3cr3t@cache"),
            null);
    var line = new String(console.getEncoder().encode(event), StandardCharsets.UTF_8);
    context.stop();
    assertTrue(line.contains("refused [hidden]"), line);
    assertTrue(line.contains("IllegalStateException: redis://:[hidden]@cache"), line);
    assertFalse(line.contains("s3cr3t"), line);
    assertEquals(1, line.split("IllegalStateException", -1).length - 1, line);
  }
}
