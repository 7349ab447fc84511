package io.muster.http.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.DeviceView;
import io.muster.actors.Refusal;
import io.muster.actors.content.PushedContents;
import io.muster.actors.device.Answer;
import io.muster.actors.device.Answer.ContentOutcome;
import io.muster.actors.device.DeviceCommand.ShowContent;
import io.muster.actors.device.Devices;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Playlists that a back end pushes. Kept as the device's content, or, where a CMS has the content,
 * no more than a hint to look at it again.
 *
 * @param pushed empty where the content comes from a CMS
 */
record BackEndContent(
    BackEndCommands commands, Devices devices, Optional<PushedContents> pushed, Clock clock) {
  private static final Logger log = LoggerFactory.getLogger(BackEndContent.class);
  private static final Answer LATE = new Answer.Shown(ContentOutcome.ACK_TIMEOUT);

  // The device answers by then itself; this is for one that does not.
  private static final Duration LEEWAY = Duration.ofMillis(250);

  /**
   * {@link Answer.Shown} or {@link Answer.No}, in time whatever happens; what has begun goes on.
   * Fails with {@link IllegalArgumentException} for what is no playlist.
   */
  CompletionStage<Answer> show(String device, ObjectNode playlist, Duration patience) {
    var until = Until.in(patience);
    var answerBy = clock.instant().plus(patience);
    return commands
        .identify(device, until)
        .thenCompose(
            answer ->
                switch (answer) {
                  case Answer.Described known ->
                      kept(known.device(), playlist)
                          .thenCompose(
                              refusal ->
                                  refusal
                                      .map(CompletableFuture::<Answer>completedStage)
                                      .orElseGet(
                                          () ->
                                              devices.ask(
                                                  known.device().id(),
                                                  to ->
                                                      new ShowContent(
                                                          known.device().org(), answerBy, to),
                                                  until.left().plus(LEEWAY),
                                                  LATE)));
                  default -> CompletableFuture.completedStage(answer);
                })
        .toCompletableFuture()
        .copy()
        .completeOnTimeout(LATE, patience.plus(LEEWAY).toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Empty when it is kept, or need not be. */
  private CompletionStage<Optional<Answer>> kept(DeviceView device, ObjectNode playlist) {
    if (pushed.isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    return pushed
        .get()
        .put(device.id(), device.org(), playlist)
        .<Optional<Answer>>thenApply(_ -> Optional.empty())
        .exceptionallyCompose(
            failure -> {
              if (Answers.cause(failure) instanceof IllegalArgumentException bad) {
                return CompletableFuture.failedStage(bad);
              }
              log.warn("A pushed playlist of {} could not be kept: {}", device.id(), failure);
              return CompletableFuture.completedStage(
                  Optional.of(new Answer.No(Refusal.READ_MODEL_UNAVAILABLE)));
            });
  }
}
