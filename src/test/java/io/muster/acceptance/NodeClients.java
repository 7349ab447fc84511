package io.muster.acceptance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.http.auth.Role;
import io.muster.support.Eventually;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The shipped client programs, as their public sources behave, on the official JavaScript client:
 * all of them in one Node process, which ends with this object or with this JVM.
 */
final class NodeClients implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedWriter input;
  private final AtomicLong lines = new AtomicLong();
  private final Map<Long, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
  private final Map<String, Client> clients = new ConcurrentHashMap<>();

  enum Program {
    ELECTRON,
    TELEVISION,
    BROWSER,
    DASHBOARD,
    BARE;

    static final List<Program> SCREENS = List.of(ELECTRON, TELEVISION, BROWSER);
  }

  /**
   * Something that happened to a client: an event, or its own deed.
   *
   * @param at of the monotonic clock, in nanoseconds
   */
  record Happening(String what, JsonNode data, long at) {}

  private static NodeClients shared;

  private NodeClients(Process process) {
    this.process = process;
    this.input = process.outputWriter();
  }

  /** One process for all tests; it ends with its input, and so with this JVM. */
  static synchronized NodeClients shared() {
    if (shared == null) {
      shared = start();
    }
    return shared;
  }

  static NodeClients start() {
    Node.assumeInstalled();
    try {
      var process =
          new ProcessBuilder("node", "clients/main.js")
              .directory(Node.FOLDER.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      var all = new NodeClients(process);
      Thread.ofVirtual().start(() -> all.listen(process.inputReader()));
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void listen(BufferedReader output) {
    try {
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        var said = JSON.readTree(line);
        if (said.has("re")) {
          answered(said);
        } else {
          clients
              .get(said.path("client").asText())
              .note(
                  new Happening(said.path("what").asText(), said.path("data"), System.nanoTime()));
        }
      }
    } catch (IOException e) {
      // The process has been ended.
    }
    asked.values().forEach(a -> a.completeExceptionally(new IllegalStateException("Node ended")));
  }

  private void answered(JsonNode said) {
    var answer = asked.remove(said.path("re").asLong());
    if (said.has("failed")) {
      answer.completeExceptionally(new IllegalStateException(said.path("failed").asText()));
    } else {
      answer.complete(said.path("value"));
    }
  }

  // ── who comes ──

  /** Starts a program; {@code name} is told in failures and unique within this process. */
  Client start(Program program, String name, Map<String, ?> options) {
    var client = new Client(this, program, name);
    clients.put(name, client);
    var line =
        line(name, "start").put("program", program.name().toLowerCase(java.util.Locale.ROOT));
    line.set("options", JSON.valueToTree(options));
    tell(line);
    return client;
  }

  /** A display with its own token. */
  Client screen(Program program, String url, String org, String id, Map<String, ?> more) {
    return holding(program, url, id, TrialGateway.device(org, id), more);
  }

  /**
   * @param name unique; the id of the device, unless several speak for it
   */
  Client holding(Program program, String url, String name, String token, Map<String, ?> more) {
    var options = new HashMap<String, Object>(Map.of("url", url, "token", token));
    options.putAll(more);
    return start(program, name, options);
  }

  /** A page of a signed-in viewer. */
  Client dashboard(String url, String org, Map<String, ?> more) {
    var options =
        new HashMap<String, Object>(
            Map.of(
                "url", url,
                "organizationId", org,
                "cookie", TrialGateway.user(org, Role.VIEWER)));
    options.putAll(more);
    return start(Program.DASHBOARD, TrialGateway.fresh("page"), options);
  }

  private static ObjectNode line(String client, String deed) {
    return JSON.createObjectNode().put("client", client).put("do", deed);
  }

  private JsonNode tell(ObjectNode line) {
    long id = lines.incrementAndGet();
    var answer = new CompletableFuture<JsonNode>();
    asked.put(id, answer);
    try {
      synchronized (input) {
        input.write(JSON.writeValueAsString(line.put("id", id)));
        input.newLine();
        input.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Eventually.await(answer);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** One running program. */
  static final class Client implements AutoCloseable {
    private final NodeClients all;
    private final Program program;
    private final String name;
    private final List<Happening> happened = new ArrayList<>();
    private final Map<String, Integer> consumed = new HashMap<>();

    private Client(NodeClients all, Program program, String name) {
      this.all = all;
      this.program = program;
      this.name = name;
    }

    Program program() {
      return program;
    }

    String name() {
      return name;
    }

    /** For the message of a failure. */
    String story() {
      return this + ": " + happened();
    }

    // ── what it is made to do ──

    JsonNode does(String deed) {
      return all.tell(line(name, deed));
    }

    /**
     * @param more members of the line, with single quotes for double ones
     */
    JsonNode does(String deed, String more) {
      return all.tell(line(name, deed).setAll(object(more)));
    }

    /** The answer to an event; null of JSON when there is none in five seconds. */
    JsonNode asks(String event, JsonNode payload) {
      return all.tell(line(name, "asks").put("event", event).set("payload", payload));
    }

    void says(String event, JsonNode payload) {
      all.tell(line(name, "says").put("event", event).set("payload", payload));
    }

    void replies(JsonNode reply) {
      all.tell(line(name, "replies").set("reply", reply));
    }

    void loses(String what, int times) {
      does("loses", "{'what':'%s','times':%d}".formatted(what, times));
    }

    // ── what became of it ──

    JsonNode state() {
      return does("state");
    }

    boolean isConnected() {
      return state().path("connected").asBoolean();
    }

    String screen() {
      return state().path("screen").asText();
    }

    List<String> ran() {
      var ran = new ArrayList<String>();
      state().path("ran").forEach(type -> ran.add(type.asText()));
      return ran;
    }

    private void note(Happening happening) {
      synchronized (happened) {
        happened.add(happening);
      }
    }

    List<Happening> happened() {
      synchronized (happened) {
        return List.copyOf(happened);
      }
    }

    List<JsonNode> all(String what) {
      return happened().stream().filter(h -> h.what().equals(what)).map(Happening::data).toList();
    }

    boolean ever(String what) {
      return happened().stream().anyMatch(h -> h.what().equals(what));
    }

    /** The next of that kind that was not asked for before; waits for it. */
    JsonNode next(String what) {
      int skip = consumed.merge(what, 1, Integer::sum) - 1;
      try {
        Eventually.eventually(what, () -> all(what).size() > skip);
      } catch (AssertionError e) {
        throw new AssertionError(this + ": " + e.getMessage() + "; " + happened(), e);
      }
      return all(what).get(skip);
    }

    /** What a person would be called for. */
    void assertWell() {
      for (String trouble : List.of("unpaired", "error screen", "gave up", "holds")) {
        if (ever(trouble)) {
          throw new AssertionError(trouble + "; " + story());
        }
      }
      if (state().path("stranded").asBoolean()) {
        throw new AssertionError("stranded; " + story());
      }
    }

    @Override
    public String toString() {
      return name + " (" + program + ")";
    }

    @Override
    public void close() {
      does("stop");
    }
  }

  static ObjectNode object(String singleQuoted) {
    return (ObjectNode) tree(singleQuoted);
  }

  static JsonNode tree(String singleQuoted) {
    try {
      return JSON.readTree(singleQuoted.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(singleQuoted, e);
    }
  }
}
