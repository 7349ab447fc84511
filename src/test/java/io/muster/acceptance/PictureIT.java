package io.muster.acceptance;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.auth.Role;
import io.muster.support.Postgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/**
 * Whenever a dashboard comes, before, during or after changes, and however far the table behind its
 * picture lags: it ends with the truth, without asking again.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PictureIT {
  private static final int CHANGES_EACH = 4;
  private static final int BOARDS = 12;
  private static Postgres.Fresh database;
  private static TrialGateway gateway;

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random chance = new Random(seed);
  private String org;
  private int changes;

  @BeforeAll
  static void open() {
    database = Postgres.shared().database();
    gateway = TrialGateway.start(Map.of("muster.database.url", database.url()));
  }

  @AfterAll
  static void close() {
    gateway.close();
    database.close();
  }

  @BeforeEach
  void name() {
    System.out.println("-Dseed=" + seed);
    org = TrialGateway.fresh("org");
  }

  @Test
  void with_the_projection_held_back_for_five_seconds() throws Exception {
    // Whoever reads is let in; whoever writes an offset waits.
    story("lock table muster.projection_offset in exclusive mode", 5);
  }

  @Test
  void with_the_read_model_away_for_five_seconds() throws Exception {
    story("lock table muster.device_view in access exclusive mode", 5);
  }

  @Test
  void with_nothing_in_the_way() throws Exception {
    story("select 1", 1);
  }

  private void story(String trouble, int seconds) throws Exception {
    var boards = new ArrayList<Board>();
    try (var connection = DriverManager.getConnection(database.url());
        var clock = Executors.newSingleThreadScheduledExecutor()) {
      boards.add(new Board());
      for (int n = 0; n < 20; n++) {
        change();
      }
      begin(connection, trouble);
      var over = new AtomicBoolean();
      clock.schedule(() -> end(connection, over), seconds, TimeUnit.SECONDS);
      while (!over.get()) {
        change();
        if (boards.size() < BOARDS && chance.nextInt(8) == 0) {
          boards.add(new Board());
        }
      }
      boards.add(new Board());
      for (int n = 0; n < 20; n++) {
        change();
      }
      boards.add(new Board());

      var truth = truth();
      assertTrue(truth.size() >= 5, truth::toString);
      for (Board board : boards) {
        board.endsWith(truth);
      }
    } finally {
      boards.forEach(Board::close);
    }
  }

  private static void begin(Connection connection, String trouble) throws Exception {
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.execute(trouble);
    }
  }

  private static void end(Connection connection, AtomicBoolean over) {
    try {
      connection.rollback();
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    } finally {
      over.set(true);
    }
  }

  /**
   * A device is registered, renamed, tagged, disabled, or comes and goes. One after the other has
   * its changes and then rests, so that no later change makes up for one that was not told.
   */
  private void change() {
    int n = changes++ / CHANGES_EACH;
    var operator = TrialGateway.user(org, Role.OPERATOR);
    var id = org + "-tv-" + n;
    var path = "/api/v1/devices/" + id;
    gateway.post("/api/v1/devices", operator, "{'id':'" + id + "'}");
    switch (chance.nextInt(5)) {
      case 0 -> gateway.post(path + "/disable", operator, "").is(200);
      case 1 -> gateway.post(path + "/enable", operator, "").is(200);
      case 2 ->
          gateway
              .call("PUT", path + "/tags", operator, "{'tags':['t" + chance.nextInt(9) + "']}")
              .is(200);
      case 3 ->
          gateway.call("PATCH", path, operator, "{'name':'name " + chance.nextInt() + "'}").is(200);
      default -> OfficialClient.screen(gateway, org, id).close();
    }
  }

  /** What the devices themselves say, once they have come to rest. */
  private Map<String, String> truth() {
    var truth = new TreeMap<String, String>();
    for (int n = 0; n <= changes / CHANGES_EACH; n++) {
      var path = "/api/v1/devices/" + org + "-tv-" + n;
      var viewer = TrialGateway.user(org, Role.VIEWER);
      if (gateway.get(path, viewer).status() == 200) {
        eventually(
            "it rests",
            () ->
                List.of("offline", "never-seen")
                    .contains(gateway.get(path, viewer).text("status")));
        var device = gateway.get(path, viewer).json();
        truth.put(device.path("id").asText(), essence(device));
      }
    }
    return truth;
  }

  private static String essence(JsonNode device) {
    return "%s %s %s disabled=%s epoch=%s seq=%s"
        .formatted(
            device.path("name"),
            device.path("tags"),
            device.path("status"),
            device.path("disabled"),
            device.path("epoch"),
            device.path("seq"));
  }

  /** A dashboard that believes whatever it was told last. */
  private final class Board implements AutoCloseable {
    private final PlainClient client =
        PlainClient.open(
            gateway.url() + "/ws/dashboard",
            Optional.of(TrialGateway.user(org, Role.VIEWER)),
            Optional.empty());

    private Map<String, String> belief() {
      var belief = new TreeMap<String, String>();
      for (var message : client.heard()) {
        var data = message.path("data");
        switch (message.path("event").asText()) {
          case "picture" ->
              data.path("devices").forEach(d -> belief.put(d.path("id").asText(), essence(d)));
          case "device" -> belief.put(data.path("id").asText(), essence(data));
          default -> {} // samples and commands are no part of the picture
        }
      }
      return belief;
    }

    void endsWith(Map<String, String> truth) {
      try {
        eventually("the truth", () -> belief().equals(truth));
      } catch (AssertionError e) {
        assertEquals(truth, belief(), "-Dseed=" + seed);
      }
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
