package io.muster.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.DeviceId;
import io.muster.http.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/** A running gateway, spoken to over HTTP as anybody would. */
final class RemoteGateway {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String url;
  private final String token;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  RemoteGateway(String url, String token) {
    this.url = url.replaceAll("/+$", "");
    this.token = token;
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

  private JsonNode post(String path, JsonNode body) {
    var request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Json.text(body)))
            .build();
    try {
      return answer(client.send(request, BodyHandlers.ofString()));
    } catch (ConnectException e) {
      throw new Complaint(
          "there is no gateway at %s (start one with ./muster serve)".formatted(url));
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
