package io.muster.acceptance;

import static io.muster.acceptance.TrialGateway.fresh;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.muster.acceptance.NodeClients.Client;
import io.muster.acceptance.NodeClients.Program;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A token is about to expire, and what takes its place does not always arrive. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RenewedTokensIT {
  private static TrialGateway gateway;

  private final NodeClients node = NodeClients.shared();
  private final String org = fresh("org");
  private final String id = fresh("screen");
  // Well within the fourteen days in which a token is renewed.
  private final String first = TrialGateway.device(org, id, Duration.ofHours(1));
  private Client client;

  @BeforeAll
  static void open() {
    gateway = TrialGateway.start(Map.of("muster.auth.renew-cooldown", "10ms"));
  }

  @AfterAll
  static void close() {
    gateway.close();
  }

  @AfterEach
  void stop() {
    client.close();
  }

  private void start(Program program) {
    client = node.holding(program, gateway.url(), id, first, Map.of("pace", 0.05));
    client.next("heard config");
  }

  private void comesBack() {
    client.does("breaks");
    client.next("disconnect");
    client.next("heard config");
  }

  @ParameterizedTest
  @EnumSource(names = {"ELECTRON", "TELEVISION", "BROWSER"})
  void a_refresh_that_is_lost_twice_leaves_the_old_token_good(Program program) {
    start(program);
    client.loses("token:refresh", 2);
    comesBack();
    comesBack();
    comesBack();
    client.assertWell();
  }

  @ParameterizedTest
  @EnumSource(names = {"ELECTRON", "TELEVISION", "BROWSER"})
  void a_refresh_that_was_lost_comes_again_and_the_new_token_is_good(Program program) {
    client =
        node.holding(
            program,
            gateway.url(),
            id,
            first,
            Map.of("pace", 0.05, "loses", Map.of("token:refresh", 2)));
    client.next("lost token:refresh");
    comesBack();
    client.next("lost token:refresh");
    comesBack();
    client.next("adopted");
    comesBack();
    assertNotEquals(first, client.state().path("token").asText());
    eventually("it is there", client::isConnected);
    client.assertWell();
  }

  @ParameterizedTest
  @EnumSource(names = {"ELECTRON", "TELEVISION"})
  void one_that_forgot_the_new_token_before_it_used_it_is_let_in_with_the_old(Program program) {
    start(program);
    client.next("adopted");
    client.close();
    // It could not write it down, and was switched off.
    client = node.holding(program, gateway.url(), id, first, Map.of("pace", 0.05));
    client.next("heard config");
    client.assertWell();
  }

  @ParameterizedTest
  @EnumSource(names = {"TELEVISION"})
  void a_token_that_has_only_just_been_renewed_is_not_renewed_again(Program program) {
    start(program);
    client.next("adopted");
    comesBack();
    comesBack();
    assertEquals(1, client.all("adopted").size(), client::story);
    assertFalse(client.ever("unpaired"), client::story);
  }
}
