package io.muster.app;

import io.muster.app.ClusterSettings.Seed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Brings this node to the others. Whether there are any is asked of the database that all share: a
 * node that is cut off and starts anew would otherwise wait a while for the seeds and then found a
 * cluster of its own beside theirs.
 */
final class Joining {
  private static final Duration EVERY = Duration.ofSeconds(2);

  /** The nodes that are there, as their database knows. */
  interface Register {
    CompletionStage<List<Seed>> others();

    void isHere();
  }

  private final List<Seed> configured;
  private final Register register;
  private final BooleanSupplier isMember;
  private final Consumer<List<Seed>> join;
  private Optional<List<Seed>> asked = Optional.empty();

  /**
   * @param configured the first of them founds the cluster when there is none
   * @param join asks these; said again it takes the place of what was said before
   */
  Joining(
      List<Seed> configured,
      Register register,
      BooleanSupplier isMember,
      Consumer<List<Seed>> join) {
    this.configured = configured;
    this.register = register;
    this.isMember = isMember;
    this.join = join;
  }

  void start(ActorSystem<?> system) {
    system
        .scheduler()
        .scheduleWithFixedDelay(Duration.ZERO, EVERY, this::look, system.executionContext());
  }

  /** A database that is away says nothing; what was asked stays. */
  void look() {
    if (isMember.getAsBoolean()) {
      register.isHere();
    } else {
      register.others().thenAccept(others -> ask(others.isEmpty() ? configured : others));
    }
  }

  private synchronized void ask(List<Seed> seeds) {
    if (!asked.equals(Optional.of(seeds))) {
      asked = Optional.of(seeds);
      join.accept(seeds);
    }
  }
}
