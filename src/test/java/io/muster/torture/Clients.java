package io.muster.torture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.http.auth.Role;
import io.muster.http.auth.Secret;
import io.muster.http.auth.TokenMint;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;

/** What everybody who speaks to the nodes needs: where they are, tokens, time. */
record Clients(
    List<Place> places,
    Secret deviceSecret,
    Secret userSecret,
    HttpClient http,
    ScheduledExecutorService timer) {
  static final OrgId ORG = new OrgId("torture");
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIFE = Duration.ofDays(1);

  /**
   * A node's door.
   *
   * @param url without a slash at its end
   */
  record Place(String node, String url) {}

  static Clients of(List<Place> places, String deviceSecret, String userSecret) {
    return new Clients(
        places,
        Secret.of(deviceSecret),
        Secret.of(userSecret),
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build(),
        Executors.newScheduledThreadPool(2, Thread.ofPlatform().daemon().factory()));
  }

  /** The same for those who go another way. */
  Clients by(List<Place> others) {
    return new Clients(others, deviceSecret, userSecret, http, timer);
  }

  /** Any of them, as a load balancer without health checks would. */
  Place anyPlace() {
    return places.get(ThreadLocalRandom.current().nextInt(places.size()));
  }

  String deviceToken(String id) {
    return new TokenMint(deviceSecret, Clock.systemUTC())
        .device(new DeviceId(id), ORG, Optional.empty(), TokenMint.DEVICE_LIFE)
        .token();
  }

  String userToken(Role role) {
    return new TokenMint(userSecret, Clock.systemUTC())
        .user(role.word(), ORG, role, Optional.empty(), LIFE)
        .token();
  }

  static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
