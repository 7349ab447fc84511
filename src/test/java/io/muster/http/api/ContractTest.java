package io.muster.http.api;

import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.DEVICES;
import static io.muster.support.Tenant.id;
import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.support.Contract;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The published document and the gateway say the same. The other tests of this package hold every
 * answer they get against the document, too; here it is counted that no operation is left out.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class ContractTest {
  @Test
  void every_operation_of_the_document_answers_as_it_says(TestGateway gateway) {
    var contract = new Contract();
    var acme = new Tenant(gateway, contract, fresh("org"));
    var reload = json("{'type':'reload'}");

    var device = acme.device();
    acme.viewer().get(DEVICES + "?pageSize=1");
    acme.viewer().get(device);
    acme.operator().patch(device, json("{'name':'Lobby','disabled':false}"));
    acme.operator().put(device + "/tags", json("{'tags':['lobby']}"));
    acme.operator().post(device + "/disable");
    acme.operator().post(device + "/enable");
    acme.admin().post(device + "/tokens", json("{'expiresInSeconds':60}"));
    acme.admin().delete(device + "/tokens");

    var place = acme.operator().post(device + "/commands", reload).header("Location").orElseThrow();
    acme.viewer().get(device + "/commands");
    acme.viewer().get(place);
    acme.operator().delete(place);
    acme.operator()
        .post(
            "/api/v1/commands",
            json(
                "{'target':{'deviceIds':['%s']},'command':{'type':'reload'},'dryRun':true}"
                    .formatted(id(device))));

    var code =
        acme.anonymous()
            .post(DEVICES + "/pairing/request", json("{'deviceIdentifier':'box'}"))
            .json()
            .at("/data/code")
            .asText();
    acme.anonymous().get(DEVICES + "/pairing/status/" + code);
    acme.operator().post(DEVICES + "/pairing/complete", json("{'code':'%s'}".formatted(code)));
    acme.bearing(gateway.deviceToken(acme.org(), fresh("tv"))).get(DEVICES + "/auth/check");

    for (String path :
        new String[] {
          "/health", "/health/live", "/health/ready", "/metrics", "/openapi.json", "/asyncapi.json"
        }) {
      acme.anonymous().get(path);
    }
    acme.admin().delete(device);

    assertEquals(Set.of(), contract.missing());
  }
}
