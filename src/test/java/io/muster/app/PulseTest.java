package io.muster.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.muster.support.MemoryTelemetry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PulseTest {
  private static final Duration MAX = Duration.ofSeconds(8);
  private static final Logger LOG = (Logger) LoggerFactory.getLogger(Pulse.class);

  private final ListAppender<ILoggingEvent> said = new ListAppender<>();
  private final MemoryTelemetry telemetry = new MemoryTelemetry();
  private long nanos = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos(); // it may begin anywhere
  private boolean hasOthers = true;
  private int givenUp;
  private final Pulse pulse =
      new Pulse(MAX, () -> hasOthers, telemetry, () -> nanos, () -> givenUp++);

  @BeforeEach
  void listen() {
    said.start();
    LOG.addAppender(said);
  }

  @AfterEach
  void listenNoMore() {
    LOG.detachAppender(said);
  }

  private void beatsAfter(Duration time) {
    nanos += time.toNanos();
    pulse.beat();
  }

  private void assertTold(Level... levels) {
    assertEquals(List.of(levels), said.list.stream().map(ILoggingEvent::getLevel).toList());
    assertEquals(levels.length, telemetry.counted().size());
  }

  @Test
  void a_beat_in_time_is_nothing_to_speak_of() {
    for (int i = 0; i < 20; i++) {
      beatsAfter(Duration.ofSeconds(1));
    }
    beatsAfter(Duration.ofSeconds(2));
    assertTold();
    assertEquals(0, givenUp);
  }

  @Test
  void a_late_one_is_told_and_counted_once() {
    beatsAfter(Duration.ofMillis(4_500));
    beatsAfter(Duration.ofSeconds(1));
    assertTold(Level.WARN);
    assertEquals("This node stood still for 3500 ms", said.list.getFirst().getFormattedMessage());
    assertEquals(0, givenUp);
  }

  @Test
  void late_ones_do_not_add_up() {
    beatsAfter(MAX);
    beatsAfter(MAX);
    assertTold(Level.WARN, Level.WARN);
    assertEquals(0, givenUp);
  }

  @Test
  void one_after_which_the_others_may_have_gone_on_gives_up() {
    beatsAfter(MAX.plusMillis(1));
    assertTold(Level.ERROR);
    assertEquals(1, givenUp);
  }

  @Test
  void gives_up_once() {
    beatsAfter(MAX.plusMillis(1));
    beatsAfter(MAX.plusMillis(1));
    assertEquals(1, givenUp);
  }

  @Test
  void whom_nobody_can_go_on_without_goes_on() {
    hasOthers = false;
    beatsAfter(Duration.ofHours(8));
    assertTold(Level.WARN);
    assertEquals(0, givenUp);
  }

  @Test
  void whoever_is_leaving_anyway_does_not_give_up() {
    pulse.close();
    beatsAfter(MAX.plusMillis(1));
    assertEquals(0, givenUp);
  }
}
