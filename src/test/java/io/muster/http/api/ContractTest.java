package io.muster.http.api;

import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.DEVICES;
import static io.muster.support.Tenant.id;
import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.support.ApiDocument;
import io.muster.support.ApiDocument.Operation;
import io.muster.support.Contract;
import io.muster.support.HttpCaller;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The published document and the gateway say the same. The other tests of this package hold every
 * answer they get against the document, too; here it is counted that nothing is left out of it.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class ContractTest {
  private static final String RELOAD = json("{'type':'reload'}");

  private static final String PLAYLIST =
      "{'id':'p','items':[{'contentId':'c','content':{'id':'c','url':'https://x/y'}}]}";

  /** A good body for each operation that takes one. */
  private static final Map<String, String> BODIES =
      Map.ofEntries(
          entry("registerDevice", "{'id':'contract'}"),
          entry("changeDevice", "{'name':'Lobby','disabled':false}"),
          entry("tagDevice", "{'tags':['lobby']}"),
          entry("showContent", PLAYLIST),
          entry("issueToken", "{'expiresInSeconds':60}"),
          entry("sendCommand", "{'type':'reload'}"),
          entry(
              "sendCommands", "{'target':{'deviceIds':['contract']},'command':{'type':'reload'}}"),
          entry("requestPairing", "{'deviceIdentifier':'box'}"),
          entry("completePairing", "{'code':'AAAAAA'}"),
          entry("pushPlaylist", "{'deviceId':'contract','playlist':{}}"),
          entry("pushContent", "{'deviceId':'contract','content':{}}"),
          entry("sendBackEndCommand", "{'deviceId':'contract','command':{'type':'reload'}}"),
          entry("broadcastCommand", "{'deviceIds':['contract'],'command':{'type':'reload'}}"),
          entry("broadcastNotification", "{'organizationId':'contract','notification':{}}"),
          entry("deviceRevoked", "{'deviceId':'contract'}"),
          entry("tenantEntitlement", "{'organizationId':'contract','state':'resumed'}"),
          entry("setOrganizationGrace", "{'graceSeconds':60}"),
          entry("setTagGrace", "{'graceSeconds':60,'muted':true}"),
          entry("setDeviceGrace", "{'muted':true}"),
          entry("revokeSessions", "{'jti':'contract'}"));

  private static Map.Entry<String, String> entry(String operation, String body) {
    return Map.entry(operation, json(body));
  }

  /** Answered well only when a device has gone offline: held against the document elsewhere. */
  private static final Set<String> NEEDS_AN_OUTAGE =
      Set.of("readNotification", "dismissNotification");

  private final Contract contract = new Contract();
  private TestGateway gateway;
  private Tenant acme;

  @BeforeEach
  void an_organisation(TestGateway shared) {
    gateway = shared;
    acme = new Tenant(shared, contract, fresh("org"));
  }

  @Test
  void every_operation_of_the_document_answers_as_it_says() {
    devices();
    content();
    commands();
    screenshots();
    pairing();
    backEnd();
    alerts();
    acme.admin().post("/api/v1/sessions/revoke", BODIES.get("revokeSessions"));
    acme.admin().get("/api/v1/cluster");
    withKey().post(drain(true)); // who runs in a test does not end by it
    for (String path :
        new String[] {
          "/health",
          "/health/live",
          "/health/ready",
          "/metrics",
          "/openapi.json",
          "/asyncapi.json",
          "/api/health",
          "/api/health/live",
          "/api/health/ready",
          "/api/status",
          "/api/internal/metrics"
        }) {
      acme.anonymous().get(path);
    }
    assertEquals(
        Set.of(),
        contract.missing((o, status) -> status < 300 && !NEEDS_AN_OUTAGE.contains(o.name())));
  }

  private void devices() {
    var id = fresh("tv");
    var device = acme.register(id, "");
    acme.operator().post(DEVICES, json("{'id':'%s'}".formatted(id)));
    acme.viewer().get(DEVICES + "?pageSize=1");
    acme.viewer().get(device);
    acme.viewer().get(device + "/errors");
    acme.viewer().get("/api/v1/statistics/daily");
    acme.operator().patch(device, BODIES.get("changeDevice"));
    acme.operator().put(device + "/tags", BODIES.get("tagDevice"));
    acme.operator().post(device + "/disable");
    acme.operator().post(device + "/enable");
    acme.admin().post(device + "/tokens", BODIES.get("issueToken"));
    acme.admin().delete(device + "/tokens");
    acme.admin().delete(device);
  }

  private void content() {
    var device = acme.device();
    acme.operator().put(device + "/content", json(PLAYLIST));
    acme.viewer().get(device + "/content");
    acme.bearing(gateway.deviceToken(acme.org(), id(device))).get(DEVICES + "/me/content");
    acme.operator().delete(device + "/content");
  }

  private void commands() {
    var device = acme.device();
    var place = acme.operator().post(device + "/commands", RELOAD).header("Location").orElseThrow();
    acme.viewer().get(device + "/commands");
    acme.viewer().get(place);
    acme.operator().delete(place);
    acme.operator().post("/api/v1/commands", batch(device, ""));
    acme.operator().post("/api/v1/commands", batch(device, ",'dryRun':true"));
    try (var _ = acme.connects(device)) {
      acme.operator().with("Prefer", "wait=20").post(device + "/commands", RELOAD);
    }
  }

  private void screenshots() {
    var device = acme.device();
    acme.operator().post(device + "/screenshots");
    acme.viewer().get(device + "/screenshots");
  }

  private static String batch(String device, String more) {
    return json(
        "{'target':{'deviceIds':['%s']},'command':{'type':'reload'}%s}"
            .formatted(id(device), more));
  }

  private void alerts() {
    acme.viewer().get("/api/v1/outages?state=open&pageSize=1");
    acme.viewer().get("/api/v1/outages?state=closed");
    acme.viewer().get("/api/v1/notifications?unread=true");
    var rules = "/api/v1/grace-rules";
    acme.admin().put(rules + "/organization", BODIES.get("setOrganizationGrace"));
    acme.admin().put(rules + "/tags/lobby", BODIES.get("setTagGrace"));
    acme.admin().put(rules + "/devices/tv", BODIES.get("setDeviceGrace"));
    acme.viewer().get(rules);
    acme.admin().delete(rules + "/organization");
    acme.admin().delete(rules + "/tags/lobby");
    acme.admin().delete(rules + "/devices/tv");
  }

  private void pairing() {
    var asked = acme.anonymous().post(DEVICES + "/pairing/request", BODIES.get("requestPairing"));
    var code = asked.json().at("/data/code").asText();
    acme.anonymous().get(DEVICES + "/pairing/status/" + code);
    acme.operator().post(DEVICES + "/pairing/complete", json("{'code':'%s'}".formatted(code)));
    acme.anonymous().get(DEVICES + "/pairing/status/" + code);
    acme.bearing(gateway.deviceToken(acme.org(), fresh("tv"))).get(DEVICES + "/auth/check");
  }

  /** What it says of devices is told elsewhere; here each operation has answered once. */
  private void backEnd() {
    for (Operation operation : ApiDocument.rest().operations()) {
      if (isForServices(operation)) {
        withKey().post(operation.path(), BODIES.get(operation.name()));
      }
    }
  }

  private static boolean isForServices(Operation operation) {
    return operation.path().startsWith("/api/")
        && !operation.path().startsWith("/api/v1/")
        && operation.takesBody();
  }

  private HttpCaller withKey() {
    return acme.anonymous()
        .with("x-internal-api-key", gateway.settings().secrets().internal().orElseThrow());
  }

  @Test
  void every_refusal_of_the_document_can_be_met() {
    for (Operation operation : ApiDocument.rest().operations()) {
      refusalsOfAny(operation);
    }
    refusalsOfState();
    refusalsOfHaste();
    refusalsOfNodes();
    assertEquals(Set.of(), contract.missing(ContractTest::canBeMetHere));
  }

  /** Not without an outage, a client that dawdles, or what is documented ahead of its time. */
  private static boolean canBeMetHere(Operation operation, int status) {
    return switch (status) {
      case 408, 503 -> false;
      case 429 -> !operation.isForUsers();
      case 400 -> operation.takesBody() || operation.takesQuery();
      // Of a suspended organisation, and in production only.
      case 403 ->
          !Set.of("checkDeviceToken", "readOwnContent", "backEndMetrics")
              .contains(operation.name());
      // Beside a CMS only.
      case 409 -> !operation.name().equals("completePairing");
      default -> status >= 400;
    };
  }

  private void refusalsOfAny(Operation operation) {
    var path =
        operation
            .path()
            .replace("{deviceId}", fresh("nowhere"))
            .replace("{commandId}", "none")
            .replace("{notificationId}", "none")
            .replace("{node}", "nowhere")
            .replace("{tag}", fresh("tag"))
            .replace("{code}", "AAAAAA");
    var body = Optional.ofNullable(BODIES.get(operation.name()));
    if (operation.isForUsers()) {
      acme.anonymous().send(operation.method(), path, body);
      acme.bearing(gateway.deviceToken(acme.org(), "tv")).send(operation.method(), path, body);
    }
    if (isForServices(operation)) {
      acme.anonymous().post(path, BODIES.get(operation.name()));
      withKey().post(path, "{");
      withKey().post(path, "{\"x\":\"%s\"}".formatted("x".repeat(2 * 1024 * 1024)));
      return;
    }
    if (operation.statuses().contains(404)) {
      acme.admin().send(operation.method(), path, body);
    }
    if (operation.takesQuery() && operation.method().equals("GET")) {
      acme.admin().get(path + "?pageSize=0");
    }
    if (operation.takesBody()) {
      acme.admin().send(operation.method(), path, Optional.of("{"));
      acme.admin().with("Content-Type", "text/plain").send(operation.method(), path, body);
      var huge = Optional.of("{\"x\":\"%s\"}".formatted("x".repeat(1024 * 1024)));
      acme.admin().send(operation.method(), path, huge);
    }
  }

  private void refusalsOfState() {
    var device = acme.device();
    var keyed = acme.operator().with("Idempotency-Key", fresh("key"));
    var place = keyed.post(device + "/commands", json("{'type':'reboot'}")).header("Location");
    keyed.post(device + "/commands", RELOAD);
    keyed.post("/api/v1/commands", batch(device, ""));

    acme.admin().delete(device);
    acme.operator().delete(place.orElseThrow());
    acme.operator().post(DEVICES, json("{'id':'%s'}".formatted(id(device))));
    acme.operator().patch(device, BODIES.get("changeDevice"));
    acme.operator().put(device + "/tags", BODIES.get("tagDevice"));
    acme.operator().post(device + "/disable");
    acme.operator().post(device + "/enable");
    acme.viewer().get(device + "/content");
    acme.operator().put(device + "/content", json(PLAYLIST));
    acme.operator().delete(device + "/content");
    acme.anonymous().get(DEVICES + "/me/content");
    acme.operator().post(device + "/commands", RELOAD);
    acme.operator().post(device + "/screenshots");
    acme.admin().post(device + "/tokens");
    acme.admin().delete(device + "/tokens");
    acme.anonymous().get(DEVICES + "/auth/check");
    acme.bearing(gateway.deviceToken(acme.org(), id(device))).get(DEVICES + "/auth/check");
  }

  private String drain(boolean force) {
    var node = acme.admin().get("/api/v1/cluster").json().at("/members/0/name").asText();
    return "/api/v1/cluster/nodes/%s/drain?force=%s".formatted(node, force);
  }

  private void refusalsOfNodes() {
    acme.admin().post(drain(false));
    withKey().post(drain(false));
    withKey().post(drain(false) + "ish");
    withKey().post("/api/v1/cluster/nodes/nowhere/drain");
  }

  private void refusalsOfHaste() {
    var stranger = acme.anonymous().with("X-Forwarded-For", "203.0.113.9");
    stranger.get("/metrics");
    for (int i = 0; i < 6; i++) {
      stranger.post(DEVICES + "/pairing/request", BODIES.get("requestPairing"));
    }
    for (int i = 0; i < 41; i++) {
      stranger.get(DEVICES + "/pairing/status/AAAAAA");
    }
    var device = acme.bearing(gateway.deviceToken(acme.org(), fresh("tv")));
    for (int i = 0; i < 3; i++) {
      device.get(DEVICES + "/auth/check");
    }
    for (int i = 0; i < 41; i++) {
      device.get(DEVICES + "/me/content");
    }
  }
}
