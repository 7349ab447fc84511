package io.muster.acceptance;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.support.HttpCaller;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code muster demo} as somebody sees it who has just cloned the project. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DemoIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern LINK = Pattern.compile("(http://\\S+)/#token=(\\S+)");

  @TempDir Path dataDir;

  /** A demo that has greeted. */
  private final class Demo implements AutoCloseable {
    private final Process process;
    private final String said;

    Demo(int port) throws Exception {
      process = ServedProcess.launch(dataDir, Map.of("PORT", Integer.toString(port)), "demo");
      eventually("it greets", () -> output().contains("Stop ") || !process.isAlive());
      said = output();
      assertTrue(process.isAlive(), said);
    }

    private String find(int group) {
      var link = LINK.matcher(said);
      assertTrue(link.find(), said);
      return link.group(group);
    }

    HttpCaller caller() {
      return HttpCaller.of(find(1)).bearing(find(2));
    }

    JsonNode devices() {
      return caller().get("/api/v1/devices?pageSize=100").json().path("items");
    }

    long online() {
      var online = 0;
      for (var device : devices()) {
        online += device.path("status").asText().equals("online") ? 1 : 0;
      }
      return online;
    }

    /** As Ctrl-C does it. */
    void interrupt() throws Exception {
      var children = process.descendants().toList();
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it does not stop: " + output());
      assertEquals(0, process.exitValue(), DemoIT.this::output);
      assertTrue(children.stream().noneMatch(ProcessHandle::isAlive));
      assertTrue(!output().contains("Exception"), DemoIT.this::output);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private String output() {
    try {
      return Files.readString(ServedProcess.output(dataDir));
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }

  @Nested
  class Started_and_stopped {
    @Test
    void it_says_what_to_do_and_does_it_and_keeps_what_it_was_told() throws Exception {
      Set<String> ids;
      String pending;
      try (var demo = new Demo(0)) {
        assertInOrder(demo.said, "Console", "Sign in", "curl", "Stop");
        assertEquals(1, Pattern.compile("#token=").matcher(demo.said).results().count());
        eventually("all screens of the organisation are online", () -> demo.online() >= 12);
        var organisations = new HashSet<String>();
        demo.devices().forEach(d -> organisations.add(d.path("organizationId").asText()));
        assertEquals(1, organisations.size());
        assertEquals(25, demo.devices().size() + others(demo).size());

        var answer = JSON.readTree(curl(demo.said));
        assertEquals("acknowledged", answer.path("state").asText(), answer::toString);

        ids = ids(demo.devices());
        demo.caller().post("/api/v1/devices", "{\"id\":\"not-there\"}");
        pending =
            demo.caller()
                .post("/api/v1/devices/not-there/commands", "{\"type\":\"pause\"}")
                .header("Location")
                .orElseThrow();
        demo.interrupt();
      }
      try (var again = new Demo(0)) {
        eventually("they are back", () -> again.online() >= 12);
        ids.add("not-there");
        assertEquals(ids, ids(again.devices()));
        assertEquals("queued", again.caller().get(pending).json().path("state").asText());
        again.interrupt();
      }
    }

    private void assertInOrder(String said, String... words) {
      int from = 0;
      for (String word : words) {
        from = said.indexOf(word, from);
        assertTrue(from >= 0, word + " is missing or out of order in " + said);
      }
    }

    private Set<String> ids(JsonNode devices) {
      var ids = new HashSet<String>();
      devices.forEach(device -> ids.add(device.path("id").asText()));
      return ids;
    }

    /** The screens of the other organisation, which the operator cannot see. */
    private JsonNode others(Demo demo) throws Exception {
      var mine = claims(demo.find(2)).path("organizationId").asText();
      var other =
          io.muster.app.swarm.DemoScreens.all().stream()
              .map(screen -> screen.organizationId())
              .filter(name -> !name.equals(mine))
              .findFirst()
              .orElseThrow(() -> new AssertionError("one organisation only"));
      var token = TrialGateway.user(other, io.muster.http.auth.Role.VIEWER);
      return HttpCaller.of(demo.find(1))
          .bearing(token)
          .get("/api/v1/devices?pageSize=100")
          .json()
          .path("items");
    }

    private JsonNode claims(String token) throws Exception {
      return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
    }

    /** The printed lines, run by a shell as they are. */
    private String curl(String said) throws Exception {
      var lines = said.substring(said.indexOf("curl "), said.indexOf("Stop "));
      var process =
          new ProcessBuilder("sh", "-c", lines)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      var answer = new String(process.getInputStream().readAllBytes());
      assertEquals(0, process.waitFor(), answer);
      return answer;
    }
  }

  @Nested
  class When_it_cannot_start {
    @Test
    void a_taken_port_is_told_in_one_line() throws Exception {
      try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        for (String command : List.of("demo", "serve")) {
          var said = fails(Map.of("PORT", Integer.toString(taken.getLocalPort())), command);
          assertEquals(1, said.size(), said::toString);
          assertTrue(said.getFirst().contains("port " + taken.getLocalPort()), said::toString);
        }
      }
    }

    @Test
    void a_data_directory_in_use_is_told_in_one_line() throws Exception {
      try (var first = new Demo(0)) {
        var elsewhere = Files.createDirectory(dataDir.resolve("second"));
        var said = fails(elsewhere, Map.of("MUSTER_DATA_DIR", dataDir.toString()), "serve");
        assertEquals(1, said.size(), said::toString);
        assertTrue(said.getFirst().contains("database"), said::toString);
        first.interrupt();
      }
    }

    @Test
    void a_database_that_is_not_there_is_told_in_one_line() throws Exception {
      var said =
          fails(Map.of("DATABASE_URL", "postgres://nobody:secret@127.0.0.1:4799/x"), "serve");
      assertEquals(1, said.size(), said::toString);
      assertTrue(said.getFirst().startsWith("muster: cannot open the database"), said::toString);
      assertTrue(!said.toString().contains("secret"), said::toString);
    }

    @Test
    void a_data_directory_that_cannot_be_made_is_told_in_one_line() throws Exception {
      var file = Files.createFile(dataDir.resolve("file")).resolve("below");
      var secrets = Map.of("DEVICE_JWT_SECRET", "", "JWT_SECRET", "");
      for (var given : List.of(secrets, Map.<String, String>of())) {
        var environment = new HashMap<>(given);
        environment.put("MUSTER_DATA_DIR", file.toString());
        var said = fails(environment, "serve");
        assertEquals(1, said.size(), said::toString);
        assertTrue(said.getFirst().contains(file.toString()), said::toString);
      }
    }

    @Test
    void in_production_all_that_is_wrong_is_listed() throws Exception {
      var environment = new HashMap<String, String>();
      environment.put("MUSTER_MODE", "production");
      environment.put("DEVICE_JWT_SECRET", "");
      environment.put("JWT_SECRET", "short");
      environment.put("MUSTER_GRACE", "never");
      var said = fails(environment, "serve");
      assertEquals(6, said.size(), said::toString);
      for (String word :
          List.of(
              "CORS_ORIGIN",
              "DEVICE_JWT_SECRET",
              "JWT_SECRET",
              "INTERNAL_API_SECRET",
              "DATABASE_URL",
              "muster.device.grace")) {
        assertTrue(said.stream().anyMatch(line -> line.contains(word)), word + " in " + said);
      }
      assertEquals(said, fails(environment, "check-config"));
    }

    private List<String> fails(Map<String, String> environment, String command) throws Exception {
      return fails(dataDir, environment, command);
    }

    private List<String> fails(Path dir, Map<String, String> environment, String command)
        throws Exception {
      var process = ServedProcess.launch(dir, environment, command);
      try {
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "it does not end");
        assertEquals(1, process.exitValue());
        try (Stream<String> lines = Files.lines(ServedProcess.output(dir))) {
          return lines.filter(line -> !line.isBlank()).toList();
        }
      } finally {
        process.destroyForcibly();
      }
    }
  }
}
