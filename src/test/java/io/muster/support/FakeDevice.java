package io.muster.support;

import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.json.JSONException;
import org.json.JSONObject;

/** A device that speaks by the official Java client and acknowledges commands. */
public final class FakeDevice implements AutoCloseable {
  private final Socket socket;
  private final Map<String, List<JSONObject>> heard = new ConcurrentHashMap<>();
  private volatile String answer = "{'ok':true}";
  private volatile boolean isSilent;

  private FakeDevice(String url, String token) {
    var options = new IO.Options();
    options.transports = new String[] {"websocket"};
    options.forceNew = true;
    options.reconnection = false;
    options.auth = credentials(token);
    socket = IO.socket(URI.create(url), options);
    for (String event :
        List.of(
            "config",
            "device:revoked",
            "tenant:suspended",
            "tenant:resumed",
            "notification:new",
            "token:refresh",
            "server:shutdown",
            "error",
            "screenshot:ready",
            Socket.EVENT_CONNECT_ERROR,
            Socket.EVENT_DISCONNECT)) {
      socket.on(event, arguments -> note(event, arguments));
    }
    socket.on("command", this::commanded);
    socket.on("playlist:update", this::shown);
  }

  /** The client's map is of strings, but it is made into JSON as it is. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Map<String, String> credentials(String token) {
    Map auth = new HashMap();
    auth.put("token", token);
    auth.put("capabilities", json("{'deliveryAck':true}"));
    return auth;
  }

  /** Returns when it has been let in. */
  public static FakeDevice connects(TestGateway gateway, String org, String id) {
    return connects(gateway, gateway.deviceToken(org, id));
  }

  public static FakeDevice connects(TestGateway gateway, String token) {
    var device = knocks(gateway, token);
    Eventually.eventually("config", () -> !device.heard("config").isEmpty());
    return device;
  }

  /** Returns before anything is answered. */
  public static FakeDevice knocks(TestGateway gateway, String token) {
    var device = new FakeDevice(gateway.url(), token);
    device.socket.connect();
    return device;
  }

  private void commanded(Object[] arguments) {
    note("command", arguments);
    if (!isSilent) {
      ((Ack) arguments[arguments.length - 1]).call(json(answer));
    }
  }

  private void shown(Object[] arguments) {
    note("playlist:update", arguments);
    if (arguments[arguments.length - 1] instanceof Ack ack) {
      ack.call(json("{'ok':true}"));
    }
  }

  /** From now on commands are answered so. */
  public FakeDevice answers(String singleQuoted) {
    answer = singleQuoted;
    isSilent = false;
    return this;
  }

  /** From now on commands stay unanswered. */
  public FakeDevice fallsSilent() {
    isSilent = true;
    return this;
  }

  public FakeDevice says(String event, String singleQuoted) {
    socket.emit(event, json(singleQuoted));
    return this;
  }

  /** Says it and waits for the answer. */
  public JSONObject asks(String event, String singleQuoted) {
    var answer = new CompletableFuture<JSONObject>();
    socket.emit(
        event,
        new Object[] {json(singleQuoted)},
        arguments -> answer.complete((JSONObject) arguments[0]));
    return Eventually.await(answer);
  }

  private void note(String event, Object[] arguments) {
    heard
        .computeIfAbsent(event, _ -> new CopyOnWriteArrayList<>())
        .add(arguments.length > 0 && arguments[0] instanceof JSONObject o ? o : new JSONObject());
  }

  public List<JSONObject> heard(String event) {
    return heard.getOrDefault(event, List.of());
  }

  public boolean isConnected() {
    return socket.connected();
  }

  private static JSONObject json(String singleQuoted) {
    try {
      return new JSONObject(singleQuoted.replace('\'', '"'));
    } catch (JSONException e) {
      throw new IllegalArgumentException(singleQuoted, e);
    }
  }

  @Override
  public void close() {
    socket.disconnect();
  }
}
