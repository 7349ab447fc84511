package io.muster.app;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.device.SeenDevices;
import io.muster.http.api.OpsRoutes.Visitor;
import io.muster.http.edge.ClientAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MetricsTest {
  private static boolean mayRead(
      String address, boolean isForwarded, String bearer, String configured) {
    return Metrics.mayRead(
        new Visitor(new ClientAddress(address(address), isForwarded), Optional.ofNullable(bearer)),
        Optional.ofNullable(configured),
        false);
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @ParameterizedTest(name = "{0}, forwarded {1}, token {2} of {3}: {4}")
  @CsvSource({
    "127.0.0.1,   false,       ,        , true",
    "::1,         false,       ,  secret, true",
    "127.0.0.1,    true,       ,        , false",
    "203.0.113.7, false,       ,        , false",
    "203.0.113.7, false,  other,        , false",
    "203.0.113.7, false,  other,  secret, false",
    "203.0.113.7, false, secret,  secret, true",
    "127.0.0.1,    true, secret,  secret, true"
  })
  void figures_are_for_this_machine_or_for_the_token(
      String address, boolean isForwarded, String bearer, String configured, boolean expected) {
    assertEquals(expected, mayRead(address, isForwarded, bearer, configured));
  }

  @Test
  void in_production_a_token_is_for_this_machine_too() {
    var local = new Visitor(new ClientAddress(address("127.0.0.1"), false), Optional.empty());
    assertTrue(Metrics.mayRead(local, Optional.empty(), true));
    assertFalse(Metrics.mayRead(local, Optional.of("secret"), true));
  }

  @Test
  void are_there_from_the_start() {
    var metrics = new Metrics();
    metrics.telemetry().commandAccepted();
    var text = metrics.text(new SeenDevices(Clock.systemUTC())::census, () -> 0, 50);
    eventually("text", () -> text.get().contains("muster_commands_accepted_total"));
  }
}
