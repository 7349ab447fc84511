package io.muster.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.DeviceId;
import io.muster.actors.HostPort;
import io.muster.http.Json;
import io.muster.http.auth.Presented;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A running gateway, spoken to over HTTP as anybody would. */
final class RemoteGateway {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String url;
  private final String header;
  private final String credential;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  RemoteGateway(String url, String token) {
    this(url, "Authorization", "Bearer " + token);
  }

  static RemoteGateway asService(String url, String key) {
    return new RemoteGateway(url, Presented.INTERNAL_KEY_HEADER, key);
  }

  private RemoteGateway(String url, String header, String credential) {
    this.url = url.replaceAll("/+$", "");
    this.header = header;
    this.credential = credential;
  }

  /** Does nothing to a device that is known. */
  void register(String id, String name) {
    post("/api/v1/devices", Json.object().put("id", id).put("name", name));
  }

  /** Registers the device when it is new. */
  String deviceToken(DeviceId id) {
    register(id.value(), id.value());
    return post("/api/v1/devices/" + id + "/tokens", Json.object()).path("token").asText();
  }

  /**
   * One run of one node.
   *
   * @param startedAt as the gateway wrote it; empty when it was not known yet
   */
  record Run(String address, String startedAt) {
    private static Run of(JsonNode member) {
      return new Run(
          HostPort.read(member.path("address").asText()), member.path("startedAt").asText());
    }
  }

  /** Returns before the node has left. */
  Run drain(String node, boolean force) {
    var name = URLEncoder.encode(node, StandardCharsets.UTF_8);
    return Run.of(post("/api/v1/cluster/nodes/" + name + "/drain?force=" + force, Json.object()));
  }

  /** A gateway that drained itself does not answer any more. */
  boolean isGone(Run run) {
    try {
      for (var member : send(request("/api/v1/cluster").GET().build()).path("members")) {
        if (Run.of(member).equals(run)) {
          return false;
        }
      }
      return true;
    } catch (Complaint e) {
      return e.getCause() instanceof ConnectException;
    }
  }

  private JsonNode post(String path, JsonNode body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Json.text(body)))
            .build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .timeout(PATIENCE)
        .header(header, credential);
  }

  private JsonNode send(HttpRequest request) {
    try {
      return answer(client.send(request, BodyHandlers.ofString()));
    } catch (ConnectException e) {
      throw new Complaint(
          "there is no gateway at %s (start one with ./muster serve)".formatted(url), e);
    } catch (HttpTimeoutException e) {
      throw new Complaint(
          "the gateway at %s did not answer within %d s".formatted(url, PATIENCE.toSeconds()));
    } catch (IOException e) {
      throw new Complaint("the gateway at %s broke off: %s".formatted(url, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Complaint("interrupted");
    }
  }

  private static JsonNode answer(HttpResponse<String> response) {
    var json = Json.parse(response.body());
    if (response.statusCode() >= 300) {
      throw new Complaint(
          "the gateway refused: %s (%s)"
              .formatted(json.path("title").asText(), json.path("code").asText()));
    }
    return json;
  }
}
