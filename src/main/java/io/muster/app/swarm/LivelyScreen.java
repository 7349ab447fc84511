package io.muster.app.swarm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.Set;

/** A screen somebody might stand in front of: its load wanders, and a command takes a moment. */
final class LivelyScreen implements Persona {
  private static final double RESTLESS_FLAPS = 0.4;
  private static final int FASTEST_ANSWER_MILLIS = 300;
  private static final int SLOWEST_ANSWER_MILLIS = 2000;
  // What the shipped television player does not know, and says so.
  private static final Set<String> BEYOND_A_TV = Set.of("reboot", "update", "screenshot");
  private static final Set<String> STARTS_ANEW = Set.of("reload", "restart", "reboot");

  private final Screen screen;
  private final byte[] credentials;
  private final Random random;
  private final Instant started = Instant.now();
  private final String content;
  private double cpu;
  private double memory;

  LivelyScreen(Screen screen, String token) {
    this.screen = screen;
    // The same screen leads the same life at each start.
    random = new Random(screen.id().hashCode());
    credentials = Payloads.credentials(token);
    content = "loop-" + (1 + random.nextInt(4));
    cpu = random.nextDouble(8, 45);
    memory = random.nextDouble(30, 75);
  }

  @Override
  public byte[] credentials() {
    return credentials;
  }

  @Override
  public byte[] heartbeat() {
    cpu = wander(cpu, 7, 3, 95);
    memory = wander(memory, 1.5, 20, 90);
    var beat = Json.MAPPER.createObjectNode();
    switch (screen.kind()) {
      case TV -> asTelevision(beat);
      case ELECTRON -> asElectron(beat);
      case BROWSER -> asBrowser(beat);
    }
    try {
      return Json.MAPPER.writeValueAsBytes(
          Json.MAPPER.createArrayNode().add("heartbeat").add(beat));
    } catch (JsonProcessingException unwritable) {
      throw new IllegalStateException("a tree of our own can be written", unwritable);
    }
  }

  private void asTelevision(ObjectNode beat) {
    beat.put("uptime", uptime()).put("appVersion", screen.appVersion()).put("contentVersion", "");
    load(beat);
    beat.put("screenState", "playing").put("playbackSource", "live");
    beat.putObject("currentContent").put("contentId", content);
  }

  private void asElectron(ObjectNode beat) {
    beat.put("timestamp", System.currentTimeMillis()).put("appVersion", screen.appVersion());
    load(beat).put("storageUsed", 0);
    beat.putNull("currentContent").put("status", "online");
    beat.put("screenState", "playing").put("playbackSource", "live");
  }

  private void asBrowser(ObjectNode beat) {
    beat.put("timestamp", Instant.now().toString()).put("appVersion", screen.appVersion());
    load(beat).put("uptime", uptime());
    beat.put("currentContent", content).put("status", "online");
  }

  private ObjectNode load(ObjectNode beat) {
    return beat.putObject("metrics")
        .put("cpuUsage", tenths(cpu))
        .put("memoryUsage", tenths(memory));
  }

  private long uptime() {
    return Duration.between(started, Instant.now()).toSeconds();
  }

  private double wander(double from, double step, double least, double most) {
    return Math.clamp(from + step * random.nextGaussian() / 2, least, most);
  }

  private static double tenths(double value) {
    return Math.round(value * 10) / 10.0;
  }

  @Override
  public Answer answer(ByteBuf event) {
    var type = Json.read(event).path(1).path("type").asText();
    var after = Duration.ofMillis(random.nextInt(FASTEST_ANSWER_MILLIS, SLOWEST_ANSWER_MILLIS + 1));
    if (screen.kind() == Screen.Kind.TV && BEYOND_A_TV.contains(type)) {
      return Answer.of(after, Payloads.UNSUPPORTED);
    }
    return new Answer(after, Payloads.DONE, STARTS_ANEW.contains(type));
  }

  @Override
  public double flaps() {
    return screen.restless() ? RESTLESS_FLAPS : 0;
  }

  @Override
  public double halfOpens() {
    return 0;
  }
}
