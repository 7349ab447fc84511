package io.muster.http.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.DeviceId;
import io.muster.actors.Refusal;
import io.muster.actors.device.Answer;
import io.muster.http.api.Waves.Outcome;
import io.muster.http.api.Waves.Outcome.Asked;
import io.muster.http.api.Waves.Outcome.NotAttempted;
import io.muster.support.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WavesTest {
  private static final Answer DONE = new Answer.Done();
  private static final Answer AWAY = new Answer.No(Refusal.JOURNAL_UNAVAILABLE);

  private final List<DeviceId> ids =
      IntStream.range(0, 5).mapToObj(n -> new DeviceId("tv-" + n)).toList();
  private final List<DeviceId> asked = new ArrayList<>();
  private long now;
  private final Waves waves = new Waves(2, Duration.ofSeconds(30), () -> now);

  private List<Outcome> each(Answer answer, Duration took) {
    return Eventually.await(
        waves.each(
            ids,
            id -> {
              asked.add(id);
              now += took.toNanos();
              return CompletableFuture.completedFuture(answer);
            }));
  }

  @Test
  void all_are_asked_while_there_is_time() {
    assertEquals(
        ids.stream().map(id -> new Asked(id, DONE)).toList(), each(DONE, Duration.ofSeconds(1)));
  }

  @Test
  void those_whose_turn_comes_too_late_are_not_attempted() {
    var outcomes = each(DONE, Duration.ofSeconds(10));
    assertEquals(ids.subList(0, 4), asked);
    assertEquals(new Asked(ids.get(3), DONE), outcomes.get(3));
    assertEquals(new NotAttempted(ids.get(4)), outcomes.get(4));
  }

  @Test
  void a_journal_that_is_away_is_not_waited_for_twice() {
    assertEquals(
        ids.stream().map(id -> new Asked(id, AWAY)).toList(), each(AWAY, Duration.ofSeconds(1)));
    assertEquals(ids.subList(0, 2), asked);
  }
}
