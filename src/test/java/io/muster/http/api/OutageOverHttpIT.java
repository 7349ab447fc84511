package io.muster.http.api;

import static io.muster.support.Eventually.eventually;
import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.DEVICES;
import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.support.HttpCaller.Reply;
import io.muster.support.Postgres;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class OutageOverHttpIT {
  private static final String RELOAD = json("{'type':'reload'}");

  @Test
  void without_its_database_a_gateway_says_what_it_cannot_do_and_does_the_rest() {
    assumeTrue(Postgres.shared().canBeStopped(), "an external server is not ours to stop");
    try (var gateway = TestGateway.postgres(Map.of())) {
      var acme = Tenant.fresh(gateway);
      var device = acme.register(fresh("tv"), ",'tags':['lobby']");
      var untouched = acme.device();
      var place = acme.operator().post(device + "/commands", RELOAD).header("Location");
      acme.eventually(DEVICES, r -> r.json().get("items").size() == 2);
      eventually("ready", () -> acme.anonymous().get("/health/ready").status() == 200);
      try (var tv = acme.connects(untouched)) {

        try (var _ = Postgres.shared().stop()) {
          assertAway("journal_unavailable", acme.operator().post(device + "/commands", RELOAD));
          assertAway("journal_unavailable", acme.viewer().get(device + "/commands"));
          assertAway(
              "journal_unavailable",
              acme.operator()
                  .post(
                      "/api/v1/commands",
                      json(
                          "{'target':{'deviceIds':['%s']},'command':{'type':'reload'}}"
                              .formatted(Tenant.id(device)))));
          assertAway("read_model_unavailable", acme.viewer().get(DEVICES));
          assertAway(
              "read_model_unavailable",
              acme.operator()
                  .post(
                      "/api/v1/commands",
                      json("{'target':{'tag':'lobby'},'command':{'type':'reload'}}")));
          assertAway(
              "read_model_unavailable",
              acme.anonymous()
                  .post(DEVICES + "/pairing/request", json("{'deviceIdentifier':'box'}")));
          assertEquals(200, acme.viewer().get(untouched).status());
          assertEquals(200, acme.anonymous().get("/health/live").status());
          eventually(
              "degraded",
              () -> {
                var ready = acme.anonymous().get("/health/ready");
                return ready.status() == 200 && ready.json().path("degraded").asBoolean();
              });
          eventually(
              "a figure",
              () -> gateway.anonymous().get("/metrics").body().contains("muster_journal_up 0"));
          assertTrue(tv.isConnected());
        }

        eventually(
            "commands again",
            () -> acme.operator().post(device + "/commands", RELOAD).status() == 202);
        assertEquals(200, acme.viewer().get(place.orElseThrow()).status());
        acme.eventually(DEVICES, r -> r.status() == 200);
      }
    }
  }

  private static void assertAway(String code, Reply reply) {
    assertEquals(503, reply.status(), reply::toString);
    assertEquals(code, reply.code());
    assertTrue(reply.header("Retry-After").isPresent());
  }
}
