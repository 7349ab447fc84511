package io.muster.support;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Somebody who speaks HTTP to a gateway: an address, and the headers of every request. */
public record HttpCaller(String url, Map<String, String> headers, Consumer<Exchange> witness) {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What was asked, and what was answered. */
  public record Exchange(String method, String path, Optional<String> body, Reply reply) {}

  public record Reply(int status, HttpHeaders headers, String body) {
    public JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException("not JSON: " + body, e);
      }
    }

    public String code() {
      return json().path("code").asText();
    }

    public Optional<String> header(String name) {
      return headers.firstValue(name);
    }
  }

  public HttpCaller {
    headers = Map.copyOf(headers);
  }

  public static HttpCaller of(String url) {
    return new HttpCaller(url, Map.of(), _ -> {});
  }

  public HttpCaller bearing(String token) {
    return with("Authorization", "Bearer " + token);
  }

  public HttpCaller with(String header, String value) {
    var more = new HashMap<>(headers);
    more.put(header, value);
    return new HttpCaller(url, more, witness);
  }

  /** Each exchange is shown to the witness, too. */
  public HttpCaller before(Consumer<Exchange> observer) {
    return new HttpCaller(url, headers, observer);
  }

  public Reply get(String path) {
    return send("GET", path, Optional.empty());
  }

  public Reply post(String path) {
    return send("POST", path, Optional.empty());
  }

  public Reply post(String path, String json) {
    return send("POST", path, Optional.of(json));
  }

  public Reply put(String path, String json) {
    return send("PUT", path, Optional.of(json));
  }

  public Reply patch(String path, String json) {
    return send("PATCH", path, Optional.of(json));
  }

  public Reply delete(String path) {
    return send("DELETE", path, Optional.empty());
  }

  /**
   * @param path with its query, percent-encoded
   */
  public Reply send(String method, String path, Optional<String> json) {
    var request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofSeconds(45))
            .method(method, json.map(BodyPublishers::ofString).orElse(BodyPublishers.noBody()));
    if (json.isPresent()) {
      request.setHeader("Content-Type", "application/json");
    }
    headers.forEach(request::setHeader);
    try {
      var answer = CLIENT.send(request.build(), BodyHandlers.ofString());
      var reply = new Reply(answer.statusCode(), answer.headers(), answer.body());
      witness.accept(new Exchange(method, path, json, reply));
      return reply;
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
