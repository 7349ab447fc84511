package io.muster.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.support.ApiDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files with which others run it. Neither a container engine nor a Kubernetes is here: they are
 * held against schemas, against each other and against the program's own settings.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeploymentIT {
  private static final Path SCRIPTS = Path.of("src/test/js");
  private static final String LONG_SECRET = "a secret of more than 32 characters";

  @TempDir private Path dir;

  private List<JsonNode> read(String... files) throws Exception {
    assumeTrue(
        Files.exists(SCRIPTS.resolve("node_modules/kubernetes-models")),
        "npm packages are not installed: the files for deployment are NOT checked");
    var command = new ArrayList<>(List.of("node", SCRIPTS.resolve("manifests.mjs").toString()));
    command.addAll(List.of(files));
    var out = dir.resolve("documents.json");
    var err = dir.resolve("complaints.txt");
    var process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertEquals(0, process.waitFor(), () -> text(err));
    var all = new ObjectMapper().readTree(out.toFile());
    return StreamSupport.stream(all.spliterator(), false).toList();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** As the program itself says it. */
  private void assertStartsWith(Map<String, String> environment) throws Exception {
    var known = new ArrayList<String>();
    var names = Pattern.compile("\\$\\{\\?([A-Z0-9_]+)}");
    names
        .matcher(text(Path.of("src/main/resources/application.conf")))
        .results()
        .forEach(found -> known.add(found.group(1)));
    environment
        .keySet()
        .forEach(name -> assertTrue(known.contains(name), () -> name + " is no variable of ours"));
    var process = ServedProcess.launch(dir, environment, "check-config");
    assertEquals(0, process.waitFor(), () -> text(ServedProcess.output(dir)));
  }

  @Nested
  class On_Kubernetes {
    private static final String FILE = "deploy/kubernetes/muster.yaml";
    private static final String SECRET = "deploy/kubernetes/secret.example.yaml";

    private JsonNode one(String kind) throws Exception {
      return read(FILE, SECRET).stream()
          .filter(document -> document.path("kind").asText().equals(kind))
          .findFirst()
          .orElseThrow();
    }

    private JsonNode container() throws Exception {
      return one("StatefulSet").at("/spec/template/spec/containers/0");
    }

    @Test
    void the_variables_are_ones_with_which_it_starts() throws Exception {
      var environment = new HashMap<String, String>();
      one("ConfigMap")
          .path("data")
          .properties()
          .forEach(entry -> environment.put(entry.getKey(), entry.getValue().asText()));
      one("Secret")
          .path("stringData")
          .properties()
          .forEach(
              entry ->
                  environment.put(
                      entry.getKey(),
                      entry.getValue().asText().isEmpty()
                          ? LONG_SECRET
                          : entry.getValue().asText()));
      for (JsonNode variable : container().path("env")) {
        environment.put(
            variable.path("name").asText(),
            variable.path("value").asText("muster-0").replace("$(MUSTER_NODE)", "muster-0"));
      }
      assertStartsWith(environment);
    }

    @Test
    void each_node_is_a_seed_under_the_name_that_it_has() throws Exception {
      var set = one("StatefulSet");
      var port = port("cluster");
      var nodes = set.at("/spec/serviceName").asText();
      var expected = new ArrayList<String>();
      for (int i = 0; i < set.at("/spec/replicas").asInt(); i++) {
        expected.add("muster-%d.%s:%d".formatted(i, nodes, port));
      }
      assertEquals(3, expected.size());
      var seeds = one("ConfigMap").at("/data/MUSTER_CLUSTER_SEEDS").asText();
      assertEquals(expected, Arrays.asList(seeds.split(",")));
      assertTrue(set.at("/spec/podManagementPolicy").asText().equals("Parallel"));
      var service =
          read(FILE).stream()
              .filter(d -> d.at("/metadata/name").asText().equals(nodes))
              .findFirst()
              .orElseThrow();
      assertTrue(service.at("/spec/publishNotReadyAddresses").asBoolean());
      assertEquals("None", service.at("/spec/clusterIP").asText());
    }

    private int port(String name) throws Exception {
      for (JsonNode port : container().path("ports")) {
        if (port.path("name").asText().equals(name)) {
          return port.path("containerPort").asInt();
        }
      }
      throw new AssertionError("no port " + name);
    }

    @Test
    void probes_ask_what_is_answered() throws Exception {
      var paths = ApiDocument.rest().operations().stream().map(o -> o.path()).toList();
      for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
        var asked = container().at("/" + probe + "/httpGet");
        assertTrue(paths.contains(asked.path("path").asText()), probe);
        assertEquals("http", asked.path("port").asText());
      }
      assertEquals("/health/ready", container().at("/readinessProbe/httpGet/path").asText());
      assertEquals("/health/live", container().at("/livenessProbe/httpGet/path").asText());
      assertEquals(3002, port("http"));
    }

    @Test
    void a_node_has_the_time_that_leaving_takes() throws Exception {
      var pod = one("StatefulSet").at("/spec/template/spec");
      int before = container().at("/lifecycle/preStop/sleep/seconds").asInt();
      assertTrue(before >= 2);
      assertTrue(pod.path("terminationGracePeriodSeconds").asInt() >= before + 30 + 5);
    }

    @Test
    void no_two_nodes_share_a_machine_and_no_two_go_at_once() throws Exception {
      var pods = one("StatefulSet").at("/spec/selector/matchLabels");
      assertEquals(pods, one("StatefulSet").at("/spec/template/metadata/labels"));
      var apart =
          one("StatefulSet")
              .at(
                  "/spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0");
      assertEquals("kubernetes.io/hostname", apart.path("topologyKey").asText());
      assertEquals(pods, apart.at("/labelSelector/matchLabels"));
      assertEquals(pods, one("PodDisruptionBudget").at("/spec/selector/matchLabels"));
      assertEquals(1, one("PodDisruptionBudget").at("/spec/maxUnavailable").asInt());
    }

    @Test
    void it_may_do_little() throws Exception {
      var pod = one("StatefulSet").at("/spec/template/spec");
      assertTrue(pod.at("/securityContext/runAsNonRoot").asBoolean());
      assertTrue(container().at("/securityContext/readOnlyRootFilesystem").asBoolean());
      assertEquals("ALL", container().at("/securityContext/capabilities/drop/0").asText());
      assertEquals(false, pod.path("automountServiceAccountToken").asBoolean(true));
    }

    @Test
    void only_nodes_reach_the_port_of_nodes() throws Exception {
      var policy = one("NetworkPolicy");
      var nodes = one("StatefulSet").at("/spec/selector/matchLabels");
      assertEquals(nodes, policy.at("/spec/podSelector/matchLabels"));
      for (JsonNode rule : policy.at("/spec/ingress")) {
        for (JsonNode port : rule.path("ports")) {
          if (!port.path("port").asText().equals("http")) {
            assertEquals(nodes, rule.at("/from/0/podSelector/matchLabels"));
          }
        }
      }
      assertEquals(2, policy.at("/spec/ingress").size());
    }
  }

  @Nested
  class With_Compose {
    private Map<String, JsonNode> nodes() throws Exception {
      var all = new HashMap<String, JsonNode>();
      read("compose.yaml")
          .getFirst()
          .path("services")
          .properties()
          .forEach(
              service -> {
                if (service.getKey().startsWith("muster-")) {
                  all.put(service.getKey(), service.getValue());
                }
              });
      return all;
    }

    @Test
    void the_variables_are_ones_with_which_each_node_starts() throws Exception {
      assertEquals(3, nodes().size());
      for (var node : nodes().entrySet()) {
        var environment = new HashMap<String, String>();
        node.getValue()
            .path("environment")
            .properties()
            .forEach(entry -> environment.put(entry.getKey(), entry.getValue().asText()));
        assertEquals(node.getKey(), environment.get("MUSTER_NODE"));
        var seed = node.getKey() + ":" + environment.get("MUSTER_CLUSTER_PORT");
        assertTrue(List.of(environment.get("MUSTER_CLUSTER_SEEDS").split(",")).contains(seed));
        assertStartsWith(environment);
      }
    }

    @Test
    void a_node_may_do_little_and_has_the_time_that_leaving_takes() throws Exception {
      for (JsonNode node : nodes().values()) {
        assertTrue(node.path("read_only").asBoolean());
        assertEquals("ALL", node.at("/cap_drop/0").asText());
        assertEquals("35s", node.path("stop_grace_period").asText());
      }
    }

    @Test
    void everything_that_a_node_uses_is_there_and_healthy_first() throws Exception {
      var services = read("compose.yaml").getFirst().path("services");
      for (JsonNode node : nodes().values()) {
        assertEquals(3, node.path("depends_on").size());
        node.path("depends_on")
            .properties()
            .forEach(
                needed -> {
                  assertEquals("service_healthy", needed.getValue().path("condition").asText());
                  assertTrue(services.at("/" + needed.getKey() + "/healthcheck").isObject());
                });
      }
    }
  }

  @Nested
  class The_image {
    private final List<String> lines = text(Path.of("Dockerfile")).lines().toList();

    private Stream<String> said(String instruction) {
      return lines.stream().map(String::strip).filter(line -> line.startsWith(instruction + " "));
    }

    @Test
    void runs_as_nobody_of_name() {
      assertTrue(said("USER").toList().getLast().matches("USER [1-9]\\d*:[1-9]\\d*"));
    }

    @Test
    void is_made_of_what_has_a_version() {
      assertEquals(2, said("FROM").count());
      assertTrue(said("FROM").allMatch(line -> line.matches("FROM \\S+:[\\w.-]*25[\\w.-]*.*")));
    }

    @Test
    void is_the_program_itself_so_that_signals_reach_it() {
      assertTrue(said("ENTRYPOINT").allMatch(line -> line.startsWith("ENTRYPOINT [\"java\"")));
      assertTrue(said("STOPSIGNAL").toList().contains("STOPSIGNAL SIGTERM"));
    }

    @Test
    void starts_the_machine_as_the_launcher_does() {
      var launcher = text(Path.of("muster"));
      text(Path.of("deploy/jvm.options"))
          .lines()
          .filter(line -> line.startsWith("-"))
          .filter(line -> !line.contains("MaxRAMPercentage") && !line.contains("ExitOnOut"))
          .forEach(flag -> assertTrue(launcher.contains(flag), flag));
    }
  }
}
