package io.muster.app.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@Timeout(30)
class CommandLoadTest {

  @Test
  void every_second_command_waits_for_its_acknowledgement() throws Exception {
    var asked = new ConcurrentLinkedQueue<String>();
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          var waits = exchange.getRequestHeaders().containsKey("Prefer");
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + waits);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(waits ? 200 : 202, -1);
          exchange.close();
        });
    server.start();
    var target = Target.of("http://127.0.0.1:" + server.getAddress().getPort());
    try (var swarm = new Swarm(target, new Pace(0, 1, Duration.ofHours(1), 0))) {
      var load = new CommandLoad(swarm, target, "token", List.of("a", "b", "c"), 200);
      swarm.run(load::start);

      while (swarm.on(() -> load.figures().at("/commandAcknowledgedMillis/count").asLong()) < 3) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }

      assertTrue(asked.contains("POST /api/v1/devices/a/commands false"));
      assertTrue(asked.contains("POST /api/v1/devices/b/commands true"));
      assertEquals(0, swarm.on(() -> load.figures().get("commandsFailed").asLong()));
    } finally {
      server.stop(0);
    }
  }
}
