package io.muster.app.swarm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Commands sent over HTTP at a steady rate, to one device after the other. Every second one only
 * wants to be accepted; the others wait for the device's acknowledgement, as its sender sees it.
 */
final class CommandLoad {
  // Harmless on every player, and never settled by a mere reconnect.
  private static final byte[] BODY = Payloads.utf8("{\"type\":\"clear_override\"}");
  private static final byte[] URGENT =
      Payloads.utf8("{\"type\":\"clear_override\",\"expiresInSeconds\":120}");
  private static final int ACCEPTED = 202;
  private static final int SETTLED = 200;

  private final Target target;
  private final String apiToken;
  private final List<String> devices;
  private final HttpPool pool;
  private final Pacer pacer;
  private final Histogram accepted = Tally.times();
  private final Histogram settled = Tally.times();
  private final Tally tally;
  private long sent;
  private long failed;

  CommandLoad(Swarm swarm, Target target, String apiToken, List<String> devices, double perSecond) {
    this.target = target;
    this.apiToken = apiToken;
    this.devices = devices;
    tally = swarm.tally();
    pool = new HttpPool(swarm.bootstrap());
    pacer = new Pacer(swarm.loop(), () -> perSecond, this::send);
  }

  /** On the loop. */
  void start() {
    pacer.start();
  }

  /** On the loop: what went before was warm-up. */
  void warm() {
    accepted.reset();
    settled.reset();
    sent = failed = 0;
  }

  /** On the loop: its figures, in milliseconds from when a command was due. */
  ObjectNode figures() {
    var json = Json.MAPPER.createObjectNode();
    json.put("commandsSent", sent).put("commandsFailed", failed);
    json.set("commandAcceptedMillis", Report.percentiles(accepted));
    json.set("commandAcknowledgedMillis", Report.percentiles(settled));
    return json;
  }

  private void send(long due) {
    var device = devices.get((int) (sent % devices.size()));
    boolean waits = sent++ % 2 == 1;
    pool.send(
        () -> request(device, waits, BODY),
        status -> {
          long micros = Tally.micros(System.nanoTime() - due);
          if (status == SETTLED && waits) {
            settled.recordValue(micros);
          } else if (status == ACCEPTED && !waits) {
            accepted.recordValue(micros);
          } else {
            failed++;
            tally.because(
                status == ACCEPTED
                    ? "command not acknowledged in 10 s"
                    : "command: HTTP " + status);
          }
        });
  }

  /** On the loop: one command each, at once, that will not wait for long. */
  void hurry(List<String> urgent) {
    for (String device : urgent) {
      pool.send(
          () -> request(device, false, URGENT),
          status -> {
            if (status != ACCEPTED) {
              tally.because("urgent command: HTTP " + status);
            }
          });
    }
  }

  private FullHttpRequest request(String device, boolean waits, byte[] body) {
    var request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.POST,
            "/api/v1/devices/" + device + "/commands",
            Unpooled.wrappedBuffer(body));
    request
        .headers()
        .set("Host", target.authority())
        .set("Authorization", "Bearer " + apiToken)
        .set("Content-Type", "application/json")
        .set("Content-Length", body.length);
    if (waits) {
      request.headers().set("Prefer", "wait=10");
    }
    return request;
  }
}
