package io.muster.support;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.DeviceId;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceState;
import io.muster.persistence.Database;
import io.muster.persistence.PersistenceSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SpawnProtocol;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.projection.ProjectionBehavior;

/** A database with an actor system that journals into it; can be closed and opened again. */
public final class Store implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final PersistenceSettings settings;
  private final AutoCloseable leftovers;
  private final Map<DeviceId, ActorRef<Scribe.Order>> scribes = new ConcurrentHashMap<>();
  private Database database;
  private ActorSystem<SpawnProtocol.Command> system;

  private Store(PersistenceSettings settings, AutoCloseable leftovers) {
    this.settings = settings;
    this.leftovers = leftovers;
    open();
  }

  /** An embedded one in a directory of its own. */
  public static Store embedded() {
    try {
      var dir = Files.createTempDirectory("muster-test-h2");
      return new Store(PersistenceSettings.of(Optional.empty(), dir), () -> delete(dir));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The embedded one of the directory, which is left as it is. */
  public static Store embedded(Path dataDir) {
    return new Store(PersistenceSettings.of(Optional.empty(), dataDir), () -> {});
  }

  /** A fresh database of the test server. */
  public static Store postgres() {
    var fresh = Postgres.shared().database();
    return new Store(PersistenceSettings.of(Optional.of(fresh.url()), Path.of("unused")), fresh);
  }

  private void open() {
    database = Database.open(settings);
    var config =
        database
            .pekkoConfig()
            .withFallback(ConfigFactory.parseResources("store-test.conf"))
            .withFallback(ConfigFactory.parseResources("persistence.conf"))
            .withFallback(ConfigFactory.load())
            .resolve();
    system = ActorSystem.create(SpawnProtocol.create(), "store", config);
  }

  public void reopen() {
    shut();
    open();
  }

  public Database database() {
    return database;
  }

  public ActorSystem<?> system() {
    return system;
  }

  public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    return Eventually.await(
        AskPattern.ask(
            system,
            (ActorRef<ActorRef<T>> replyTo) ->
                new SpawnProtocol.Spawn<>(
                    behavior, name, org.apache.pekko.actor.typed.Props.empty(), replyTo),
            PATIENCE,
            system.scheduler()));
  }

  /** Ends the projection of a slice and returns when it has ended. */
  public void stop(ActorRef<ProjectionBehavior.Command> slice) {
    slice.tell(ProjectionBehavior.stopMessage());
    var gone = new CompletableFuture<Void>();
    spawn(
        Behaviors.setup(
            ctx -> {
              ctx.watch(slice);
              return Behaviors.receiveSignal(
                  (_, _) -> {
                    gone.complete(null);
                    return Behaviors.stopped();
                  });
            }),
        "watching-" + slice.path().name());
    Eventually.await(gone);
  }

  private ActorRef<Scribe.Order> scribe(DeviceId id) {
    return scribes.computeIfAbsent(id, _ -> spawn(Scribe.of(id), "scribe-" + id));
  }

  /** Completes when the journal has them. */
  public CompletionStage<Done> write(DeviceId id, DeviceEvent... facts) {
    return AskPattern.ask(
        scribe(id),
        (ActorRef<Done> replyTo) -> new Scribe.Write(List.of(facts), replyTo),
        PATIENCE,
        system.scheduler());
  }

  public void journal(DeviceId id, DeviceEvent... facts) {
    Eventually.await(write(id, facts));
  }

  /** What the journal and its snapshots make of the device. */
  public DeviceState recall(DeviceId id) {
    return Eventually.await(
        AskPattern.ask(scribe(id), Scribe.Recall::new, PATIENCE, system.scheduler()));
  }

  private void shut() {
    scribes.clear();
    system.terminate();
    try {
      system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the actor system does not end", e);
    }
    database.close();
  }

  @Override
  public void close() {
    shut();
    try {
      leftovers.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void delete(Path dir) throws IOException {
    try (var files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
