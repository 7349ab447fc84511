package io.muster.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.muster.support.Eventually;
import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import io.socket.engineio.client.EngineIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import okhttp3.OkHttpClient;
import okhttp3.WebSocket;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** The official Java client with everything it hears, in order. */
final class OfficialClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final OkHttpClient HTTP =
      new OkHttpClient.Builder().readTimeout(1, TimeUnit.MINUTES).build();
  private static final List<String> EVENTS =
      List.of(
          "config",
          "command",
          "error",
          "device:revoked",
          "device:status",
          "device:status:batch",
          "joined:organization",
          "server:shutdown",
          "session:expired",
          "playlist:update",
          "notification:new",
          "token:refresh");

  /** What a device answers to a command; null for silence. */
  interface Reaction extends Function<JsonNode, Object[]> {
    Reaction OK = _ -> new Object[] {json("{'ok':true}")};
    Reaction SILENT = _ -> null;
  }

  /** Something that reached the client: an event, or its own word for what became of the socket. */
  record Heard(String name, JsonNode data) {}

  private final Socket socket;
  private final List<Heard> heard = new ArrayList<>();
  private final Map<String, Integer> consumed = new HashMap<>();
  private final List<Ack> held = new ArrayList<>();
  private volatile WebSocket transport;
  private final AtomicInteger opened = new AtomicInteger();
  private volatile Reaction reaction = Reaction.OK;

  private OfficialClient(String url, IO.Options options) {
    options.forceNew = true;
    options.reconnectionDelay = 100;
    options.reconnectionDelayMax = 400;
    options.timeout = 5_000;
    options.callFactory = HTTP;
    options.webSocketFactory =
        (request, listener) -> transport = HTTP.newWebSocket(request, listener);
    socket = IO.socket(URI.create(url), options);
    socket.io().on(io.socket.client.Manager.EVENT_OPEN, _ -> opened.incrementAndGet());
    socket.on(Socket.EVENT_CONNECT, _ -> note("connect", JSON.nullNode()));
    socket.on(Socket.EVENT_DISCONNECT, why -> note("disconnect", text(why[0])));
    socket.on(Socket.EVENT_CONNECT_ERROR, what -> note("connect_error", error(what[0])));
    for (String event : EVENTS) {
      socket.on(event, arguments -> received(event, arguments));
    }
  }

  private void received(String event, Object[] arguments) {
    var data = arguments.length == 0 ? JSON.nullNode() : tree(arguments[0]);
    note(event, data);
    if (arguments.length > 0 && arguments[arguments.length - 1] instanceof Ack ack) {
      var answer = reaction.apply(data);
      if (answer == null) {
        synchronized (heard) {
          held.add(ack);
        }
      } else {
        ack.call(answer);
      }
    }
  }

  // ── who comes ──

  static IO.Options options(String... transports) {
    var options = new IO.Options();
    options.transports = transports.length == 0 ? new String[] {"websocket"} : transports;
    return options;
  }

  /**
   * @param auth JSON with single quotes for double ones
   */
  static OfficialClient with(String url, String auth) {
    return with(url, auth, options());
  }

  static OfficialClient with(String url, String auth, IO.Options options) {
    options.auth = map(json(auth));
    return new OfficialClient(url, options).open();
  }

  static OfficialClient screen(TrialGateway gateway, String org, String id) {
    return screen(gateway, org, id, Reaction.OK);
  }

  static OfficialClient screen(TrialGateway gateway, String org, String id, Reaction reaction) {
    var options = options();
    options.auth =
        map(
            json(
                "{'token':'%s','capabilities':{'deliveryAck':true}}"
                    .formatted(TrialGateway.device(org, id))));
    var client = new OfficialClient(gateway.url(), options);
    client.reaction = reaction;
    client.open().next("config");
    return client;
  }

  /** The client's map is of strings, but it is made into JSON as it is. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Map<String, String> map(JSONObject auth) {
    Map values = new HashMap<String, Object>();
    for (var keys = auth.keys(); keys.hasNext(); ) {
      String key = (String) keys.next();
      values.put(key, auth.opt(key));
    }
    return values;
  }

  OfficialClient open() {
    socket.connect();
    return this;
  }

  OfficialClient reacts(Reaction next) {
    reaction = next;
    return this;
  }

  boolean isActive() {
    return socket.isActive();
  }

  /** How often its transport has opened. */
  int opened() {
    return opened.get();
  }

  boolean isConnected() {
    return socket.connected();
  }

  /** The transport breaks, as a network does it: nothing is said. */
  void breaks() {
    transport.cancel();
  }

  void leaves() {
    socket.disconnect();
  }

  // ── what it says ──

  /** The answer to an event; fails when there is none within five seconds. */
  JsonNode asks(String event, Object... arguments) {
    var answer = new CompletableFuture<JsonNode>();
    emit(answer, event, arguments);
    try {
      return answer.get(5, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no ack for " + event, e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  CompletableFuture<JsonNode> ask(String event, Object... arguments) {
    var answer = new CompletableFuture<JsonNode>();
    emit(answer, event, arguments);
    return answer;
  }

  private void emit(CompletableFuture<JsonNode> answer, String event, Object... arguments) {
    socket.emit(
        event,
        arguments,
        (Ack) got -> answer.complete(got.length == 0 ? JSON.nullNode() : tree(got[0])));
  }

  void says(String event, Object... arguments) {
    socket.emit(event, arguments);
  }

  /** Answers what was left unanswered, as late as it is now. */
  void answersLate(Object... answer) {
    List<Ack> late;
    synchronized (heard) {
      late = List.copyOf(held);
      held.clear();
    }
    late.forEach(ack -> ack.call(answer));
  }

  static JSONObject json(String text) {
    try {
      return new JSONObject(text.replace('\'', '"'));
    } catch (JSONException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  // ── what it hears ──

  private void note(String name, JsonNode data) {
    synchronized (heard) {
      heard.add(new Heard(name, data));
    }
  }

  /** The next of that name that was not asked for before; waits for it. */
  JsonNode next(String name) {
    var found = new JsonNode[1];
    try {
      Eventually.eventually(
          name,
          () -> {
            synchronized (heard) {
              int skip = consumed.getOrDefault(name, 0);
              var all = all(name);
              if (all.size() > skip) {
                consumed.put(name, skip + 1);
                found[0] = all.get(skip);
              }
              return found[0] != null;
            }
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; heard " + heard(), e);
    }
    return found[0];
  }

  List<JsonNode> all(String name) {
    synchronized (heard) {
      return heard.stream().filter(h -> h.name().equals(name)).map(Heard::data).toList();
    }
  }

  List<Heard> heard() {
    synchronized (heard) {
      return List.copyOf(heard);
    }
  }

  List<String> names() {
    return heard().stream().map(Heard::name).toList();
  }

  private static JsonNode error(Object what) {
    return what instanceof JSONObject json
        ? tree(json)
        : text(what instanceof EngineIOException e ? String.valueOf(e.getMessage()) : what);
  }

  private static JsonNode text(Object what) {
    return JsonNodeFactory.instance.textNode(String.valueOf(what));
  }

  static JsonNode tree(Object value) {
    try {
      return value instanceof JSONObject || value instanceof JSONArray
          ? JSON.readTree(value.toString())
          : JSON.valueToTree(value);
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public void close() {
    socket.off();
    socket.disconnect();
  }
}
