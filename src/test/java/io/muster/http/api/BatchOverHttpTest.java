package io.muster.http.api;

import static io.muster.support.OneGateway.PENDING_MAX;
import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.DEVICES;
import static io.muster.support.Tenant.id;
import static io.muster.support.Tenant.json;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.support.HttpCaller.Reply;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class BatchOverHttpTest {
  private static final String COMMANDS = "/api/v1/commands";
  private Tenant acme;

  @BeforeEach
  void an_organisation(TestGateway gateway) {
    acme = Tenant.fresh(gateway);
  }

  private static String to(Stream<String> ids, String more) {
    return json(
        "{'target':{'deviceIds':[%s]},'command':{'type':'reload'}%s}"
            .formatted(ids.map(id -> "'" + id + "'").collect(joining(",")), more));
  }

  private static String tagged(String tag, String more) {
    return json("{'target':{'tag':'%s'},'command':{'type':'reload'}%s}".formatted(tag, more));
  }

  private Reply send(String body) {
    return acme.operator().post(COMMANDS, body);
  }

  private static Map<String, String> refused(Reply reply) {
    var refused = new TreeMap<String, String>();
    for (JsonNode one : reply.json().get("refused")) {
      refused.put(one.get("deviceId").asText(), one.get("code").asText());
    }
    return refused;
  }

  private int pending(String device) {
    return acme.viewer().get(device).json().get("pendingCommands").asInt();
  }

  @Nested
  class By_ids {
    @Test
    void tells_for_each_device_what_became_of_it() {
      var good = acme.device();
      var disabled = acme.device();
      acme.operator().post(disabled + "/disable");
      var retired = acme.device();
      acme.admin().delete(retired);
      var full = acme.device();
      for (int i = 0; i < PENDING_MAX; i++) {
        acme.operator().post(full + "/commands", json("{'type':'reload'}"));
      }
      var foreign = Tenant.fresh(acme.gateway()).device();
      var nowhere = fresh("nowhere");
      var paths = Stream.of(good, disabled, retired, full, foreign).map(Tenant::id);

      var reply = send(to(Stream.concat(paths, Stream.of(nowhere)), ""));

      assertEquals(202, reply.status());
      assertEquals(id(good), reply.json().at("/accepted/0/deviceId").asText());
      assertEquals(
          Map.of(
              id(disabled),
              "device_disabled",
              id(retired),
              "device_retired",
              id(full),
              "too_many_pending",
              id(foreign),
              "device_not_found",
              nowhere,
              "device_not_found"),
          refused(reply));
      var place = good + "/commands/" + reply.json().at("/accepted/0/commandId").asText();
      assertEquals(200, acme.viewer().get(place).status());
    }

    @Test
    void sends_nothing_when_it_is_only_a_plan() {
      var device = acme.device();
      var nowhere = fresh("nowhere");
      var plan = send(to(Stream.of(id(device), nowhere), ",'dryRun':true"));
      assertEquals(200, plan.status());
      assertEquals("[\"%s\"]".formatted(id(device)), plan.json().get("targets").toString());
      assertEquals(Map.of(nowhere, "device_not_found"), refused(plan));
      assertEquals(0, pending(device));
    }

    @Test
    void names_a_device_twice_and_commands_it_once() {
      var device = acme.device();
      var reply = acme.gateway().operator(acme.org());
      var sent = reply.post(COMMANDS, to(Stream.of(id(device), id(device)), ""));
      assertEquals(1, sent.json().get("accepted").size());
      assertEquals(1, pending(device));
    }

    @Test
    void takes_a_thousand_of_them_and_no_more() {
      var ids = IntStream.range(0, 1_001).mapToObj(i -> "absent-" + i).toList();
      var reply = send(to(ids.stream().limit(1_000), ",'dryRun':true"));
      assertEquals(200, reply.status());
      assertEquals(1_000, reply.json().get("refused").size());
      assertEquals(400, send(to(ids.stream(), "")).status());
      assertEquals(400, send(to(Stream.of(), "")).status());
    }

    @Test
    void asked_for_again_with_the_same_key_is_sent_once() {
      var device = acme.device();
      var caller = acme.operator().with("Idempotency-Key", fresh("key"));
      var first = caller.post(COMMANDS, to(Stream.of(id(device)), ""));
      assertEquals(first.json(), caller.post(COMMANDS, to(Stream.of(id(device)), "")).json());
      assertEquals(1, pending(device));

      acme.operator().delete(place(device, first));
      assertEquals(first.json(), caller.post(COMMANDS, to(Stream.of(id(device)), "")).json());

      var other = to(Stream.of(id(device)), "").replace("reload", "reboot");
      var refused = caller.post(COMMANDS, other);
      assertEquals(422, refused.status());
      assertEquals("idempotency_key_reused", refused.code());
    }

    private static String place(String device, Reply sent) {
      return device + "/commands/" + sent.json().at("/accepted/0/commandId").asText();
    }
  }

  @Nested
  class By_tag {
    @Test
    void reaches_all_that_carry_it_in_ones_own_organisation() {
      var one = acme.register(fresh("tv"), ",'tags':['lobby']");
      var two = acme.register(fresh("tv"), ",'tags':['lobby','north']");
      var other = acme.register(fresh("tv"), ",'tags':['north']");
      var foreign = Tenant.fresh(acme.gateway()).register(fresh("tv"), ",'tags':['lobby']");
      acme.eventually(DEVICES + "?tag=lobby", r -> r.json().get("items").size() == 2);

      var plan = send(tagged("lobby", ",'dryRun':true"));
      var sent = send(tagged("lobby", ""));

      var wanted = Stream.of(id(one), id(two)).sorted().toList();
      assertEquals(wanted, texts(plan.json().get("targets")));
      assertEquals(wanted, sent.json().get("accepted").findValuesAsText("deviceId"));
      assertEquals(List.of(1, 1, 0), Stream.of(one, two, other).map(this::count).toList());
      assertTrue(refused(sent).isEmpty(), () -> foreign + " " + sent);
    }

    private int count(String device) {
      return pending(device);
    }

    private static List<String> texts(JsonNode array) {
      return IntStream.range(0, array.size()).mapToObj(i -> array.get(i).asText()).toList();
    }

    @Test
    void that_nobody_carries_reaches_nobody() {
      var reply = send(tagged("nobody", ""));
      assertEquals(202, reply.status());
      assertEquals(0, reply.json().get("accepted").size());
    }
  }

  @Nested
  class Without_sense {
    @Test
    void is_refused() {
      for (String body :
          List.of(
              "{}",
              "{'target':{'tag':'a'}}",
              "{'command':{'type':'reload'}}",
              "{'target':{},'command':{'type':'reload'}}",
              "{'target':{'tag':'a','deviceIds':['x']},'command':{'type':'reload'}}",
              "{'target':{'tag':'No'},'command':{'type':'reload'}}",
              "{'target':{'deviceIds':['a b']},'command':{'type':'reload'}}",
              "{'target':{'tag':'a'},'command':{'type':'reload','extra':1}}",
              "{'target':{'tag':'a'},'command':{'type':'reload'},'dryRun':'yes'}")) {
        var reply = send(json(body));
        assertEquals(400, reply.status(), body);
        assertEquals("bad_request", reply.code());
      }
    }
  }
}
