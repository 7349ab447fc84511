package io.muster.actors.session;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Says whether a session is over, before somebody is let in by it. */
@FunctionalInterface
public interface SessionJudge {
  SessionJudge NONE = _ -> CompletableFuture.completedFuture(Optional.empty());

  /**
   * Why it is over, or empty. Takes at most a second and never fails: what cannot be known now ends
   * nobody, and is asked again as long as the session is in use. Completes on any thread.
   */
  CompletionStage<Optional<Cause>> judge(UserSession session);
}
