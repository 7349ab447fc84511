package io.muster.http.api;

import io.muster.actors.DeviceId;
import io.muster.actors.Refusal;
import io.muster.actors.device.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Many devices are asked in waves, so that a large batch does not crowd out everybody else, and for
 * no longer than somebody waits for what became of them.
 *
 * @param atOnce devices in a wave; more would only wait in the journal's queue
 * @param patience no wave begins after so long
 * @param nanoTime what {@link System#nanoTime} tells
 */
record Waves(int atOnce, Duration patience, LongSupplier nanoTime) {
  private static final Answer AWAY = new Answer.No(Refusal.JOURNAL_UNAVAILABLE);

  /** What became of one device's part. */
  sealed interface Outcome {
    DeviceId device();

    record Asked(DeviceId device, Answer answer) implements Outcome {}

    /** The time was over before its turn; nothing has happened to it. */
    record NotAttempted(DeviceId device) implements Outcome {}
  }

  /** In the order of the ids. */
  CompletionStage<List<Outcome>> each(
      List<DeviceId> ids, Function<DeviceId, CompletionStage<Answer>> ask) {
    long until = nanoTime.getAsLong() + patience.toNanos();
    CompletionStage<List<Outcome>> all = CompletableFuture.completedFuture(new ArrayList<>());
    for (int from = 0; from < ids.size(); from += atOnce) {
      var wave = ids.subList(from, Math.min(ids.size(), from + atOnce));
      all =
          all.thenCompose(done -> next(done, wave, ask, until).thenApply(more -> plus(done, more)));
    }
    return all;
  }

  private CompletionStage<List<Outcome>> next(
      List<Outcome> done,
      List<DeviceId> wave,
      Function<DeviceId, CompletionStage<Answer>> ask,
      long until) {
    if (isInVain(done)) {
      return given(wave, id -> new Outcome.Asked(id, AWAY));
    }
    return nanoTime.getAsLong() - until >= 0
        ? given(wave, Outcome.NotAttempted::new)
        : asked(wave, ask);
  }

  /** Each wave would wait as long as the first, for a journal that is away. */
  private static boolean isInVain(List<Outcome> done) {
    return !done.isEmpty()
        && done.stream().allMatch(o -> o instanceof Outcome.Asked a && a.answer().equals(AWAY));
  }

  private static CompletionStage<List<Outcome>> given(
      List<DeviceId> ids, Function<DeviceId, Outcome> outcome) {
    return CompletableFuture.completedFuture(ids.stream().map(outcome).toList());
  }

  private static CompletionStage<List<Outcome>> asked(
      List<DeviceId> ids, Function<DeviceId, CompletionStage<Answer>> ask) {
    var answers =
        ids.stream()
            .map(
                id ->
                    ask.apply(id)
                        .<Outcome>thenApply(a -> new Outcome.Asked(id, a))
                        .toCompletableFuture())
            .toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(_ -> answers.stream().map(CompletableFuture::join).toList());
  }

  private static List<Outcome> plus(List<Outcome> done, List<Outcome> more) {
    done.addAll(more);
    return done;
  }
}
