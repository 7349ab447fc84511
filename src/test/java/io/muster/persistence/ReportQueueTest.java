package io.muster.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.telemetry.ContentError.Type;
import io.muster.support.SampleReports;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReportQueueTest {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00Z");
  private static final SampleReports TV =
      new SampleReports(new DeviceId("tv-1"), new OrgId("acme"));
  private static final Duration LONG = Duration.ofMinutes(1);

  private static boolean offer(ReportQueue queue, String content) {
    return queue.offer(TV.start(content, T)).isPresent();
  }

  @Test
  void takes_so_many_and_no_more_until_one_is_settled() throws InterruptedException {
    var queue = new ReportQueue(2, 1 << 20);
    assertTrue(offer(queue, "a"));
    assertTrue(offer(queue, "b"));
    assertFalse(offer(queue, "c"));
    var taken = queue.take(1, Duration.ZERO, Duration.ZERO);
    assertFalse(offer(queue, "c"), "what is being written may have to be written again");
    queue.release(taken.getFirst());
    assertTrue(offer(queue, "c"));
    assertEquals(2, queue.count());
  }

  @Test
  void takes_so_many_bytes_and_no_more() {
    var queue = new ReportQueue(1_000, 4_000);
    assertTrue(offer(queue, "x".repeat(100)));
    assertFalse(queue.offer(TV.error(Type.TIMEOUT, "x".repeat(3_000), T)).isPresent());
    assertEquals(1, queue.count());
    assertTrue(offer(queue, "y"));
  }

  @Test
  void gives_a_full_batch_at_once_and_in_order() {
    var queue = new ReportQueue(1_000, 1 << 20);
    IntStream.range(0, 7).forEach(i -> offer(queue, "c" + i));
    var batch = assertTimeoutPreemptively(LONG.dividedBy(4), () -> queue.take(5, LONG, LONG));
    assertEquals(
        IntStream.range(0, 5).mapToObj(i -> "c" + i).toList(),
        batch.stream().map(w -> w.report().content()).toList());
  }

  @Test
  void one_that_lingers_hurries_when_it_should() {
    var queue = new ReportQueue(1_000, 1 << 20);
    offer(queue, "a");
    Thread.ofVirtual().start(queue::hurry);
    var batch = assertTimeoutPreemptively(LONG.dividedBy(4), () -> queue.take(5, LONG, LONG));
    assertEquals(1, batch.size());
  }

  @Test
  void gives_nothing_when_nothing_comes() throws InterruptedException {
    assertEquals(0, new ReportQueue(1, 1).take(5, Duration.ofMillis(1), LONG).size());
  }
}
