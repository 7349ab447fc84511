package io.muster.http.api;

import io.muster.actors.CommandHistory;
import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.Presence;
import io.muster.actors.Refusal;
import io.muster.actors.Telemetry;
import io.muster.actors.Tenants;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.AwaitSettled;
import io.muster.actors.device.DeviceCommand.Enqueue;
import io.muster.actors.device.DeviceCommand.Identify;
import io.muster.actors.device.DeviceCommand.Wish;
import io.muster.actors.device.Devices;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Commands of a back end, which waits for their end but not for long. What a device has not
 * confirmed by then stays in its queue.
 */
record BackEndCommands(
    Devices devices, CommandHistory history, Tenants tenants, Telemetry telemetry) {
  private static final Answer AWAY = new Answer.No(Refusal.JOURNAL_UNAVAILABLE);

  // Small enough for others to find their turn at the journal between two waves.
  private static final int AT_ONCE = 200;

  /**
   * A command as a back end wants it, of whichever device.
   *
   * @param expiry after which nobody wants it any more
   */
  record Wanting(
      String type,
      Optional<String> payload,
      Optional<CommandId> id,
      Duration expiry,
      Optional<String> traceparent) {
    private Wish wish(Devices devices) {
      return new Wish(
          id,
          type,
          payload,
          Optional.empty(),
          expiry.toSeconds(),
          "back end",
          Optional.empty(),
          traceparent,
          devices.giveUpAt());
    }
  }

  /** What has come of a command when the back end is answered. */
  sealed interface Result {
    record Delivered() implements Result {}

    /** It is still in the device's queue. */
    record Waiting(String why) implements Result {}

    /** It was not accepted, or it has ended without being done. */
    record Failed(String why) implements Result {}
  }

  /** How many of a broadcast's devices. */
  record Tally(int online, int delivered, int queued, int failed) {}

  private record Sent(Answer answer, boolean isOnline, CompletionStage<Result> result) {}

  // ── to one ──

  CompletionStage<Result> send(String device, Wanting wanting, Until until) {
    return enqueue(device, wanting, until).thenCompose(Sent::result);
  }

  /** Who it is and whose, which a back end does not say. A name that can be none is nobody's. */
  CompletionStage<Answer> identify(String device, Until until) {
    DeviceId id;
    try {
      id = new DeviceId(device);
    } catch (IllegalArgumentException e) {
      return completed(new Answer.No(Refusal.DEVICE_NOT_FOUND));
    }
    return devices.ask(id, Identify::new, until.left(Devices.PATIENCE), AWAY);
  }

  /** In the words of the wire, where there is one. */
  static String word(Refusal why) {
    return why == Refusal.DEVICE_NOT_FOUND ? "no_sockets" : why.code();
  }

  private CompletionStage<Sent> enqueue(String device, Wanting wanting, Until until) {
    return identify(device, until)
        .thenCompose(
            answer ->
                switch (answer) {
                  case Answer.Described known -> enqueue(known.device(), wanting, until);
                  case Answer.No no -> completed(refused(no, false));
                  default -> throw new IllegalStateException("identified by " + answer);
                });
  }

  private Sent refused(Answer.No no, boolean isOnline) {
    telemetry.commandRefused(no.why());
    return new Sent(no, isOnline, completed(new Result.Failed(word(no.why()))));
  }

  private CompletionStage<Sent> enqueue(DeviceView device, Wanting wanting, Until until) {
    boolean isOnline = device.presence() == Presence.ONLINE;
    if (until.isOver()) {
      return completed(refused(new Answer.No(Refusal.JOURNAL_UNAVAILABLE), isOnline));
    }
    var wish = wanting.wish(devices);
    return devices
        .ask(
            device.id(),
            replyTo -> new Enqueue(device.org(), wish, replyTo),
            until.left(Devices.PATIENCE),
            AWAY)
        .thenApply(
            answer ->
                switch (answer) {
                  case Answer.Accepted a -> {
                    telemetry.commandAccepted();
                    yield new Sent(a, isOnline, end(device, a.command(), until));
                  }
                  case Answer.AcceptedBefore a ->
                      new Sent(a, isOnline, remembered(device.id(), a.id(), until));
                  case Answer.No no -> refused(no, isOnline);
                  default -> throw new IllegalStateException("a command was answered by " + answer);
                });
  }

  private CompletionStage<Result> end(DeviceView device, CommandView command, Until until) {
    if (command.settled()) {
      return completed(result(command));
    }
    if (tenants.isSuspended(device.org())) {
      return completed(new Result.Waiting("tenant_suspended"));
    }
    if (device.presence() != Presence.ONLINE && !wasSent(command)) {
      return completed(new Result.Waiting("no_sockets"));
    }
    return devices
        .ask(
            device.id(),
            replyTo -> new AwaitSettled(device.org(), command.id(), replyTo),
            until.left(),
            new Answer.Command(command))
        .thenCompose(
            answer ->
                switch (answer) {
                  case Answer.Command a -> completed(result(a.command()));
                  case Answer.No no when no.why() == Refusal.COMMAND_SETTLED ->
                      remembered(device.id(), command.id(), until);
                  default -> completed(new Result.Waiting("ack_timeout"));
                });
  }

  private static boolean wasSent(CommandView command) {
    return switch (command.state()) {
      case QUEUED -> false;
      case SENT, ACKNOWLEDGED, FAILED, UNSUPPORTED, EXPIRED, SUPERSEDED, CANCELLED -> true;
    };
  }

  /** It settled between two questions, or long ago. */
  private CompletionStage<Result> remembered(DeviceId device, CommandId id, Until until) {
    return history
        .find(device, id)
        .toCompletableFuture()
        .copy()
        .completeOnTimeout(Optional.empty(), until.left().toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(_ -> Optional.empty())
        .thenApply(
            found ->
                found
                    .map(BackEndCommands::result)
                    .orElseGet(() -> new Result.Waiting("ack_timeout")));
  }

  /** What cannot be confirmed counts as delivered here: the wire has no third word. */
  private static Result result(CommandView command) {
    return switch (command.state()) {
      case SENT -> command.settled() ? new Result.Delivered() : new Result.Waiting("ack_timeout");
      case QUEUED -> new Result.Waiting("ack_timeout");
      case ACKNOWLEDGED -> new Result.Delivered();
      case FAILED -> new Result.Failed(isUnanswered(command) ? "ack_timeout" : "negative_ack");
      case UNSUPPORTED, EXPIRED, SUPERSEDED, CANCELLED -> new Result.Failed(command.state().word());
    };
  }

  private static boolean isUnanswered(CommandView command) {
    return command.timeline().getLast().reason().filter("no_ack"::equals).isPresent();
  }

  // ── to many ──

  /** All are asked to take it first, in waves, and then waited for together. */
  CompletionStage<Tally> broadcast(List<String> names, Wanting wanting, Until until) {
    var all = new LinkedHashSet<>(names);
    var ids = all.stream().flatMap(name -> id(name).stream()).toList();
    var sent = new ConcurrentLinkedQueue<Sent>();
    var waves = new Waves(AT_ONCE, until.left().dividedBy(2), System::nanoTime);
    return waves
        .each(
            ids,
            id ->
                enqueue(id.value(), wanting, until)
                    .thenApply(
                        one -> {
                          sent.add(one);
                          return one.answer();
                        }))
        .thenCompose(_ -> tally(all.size(), sent));
  }

  private static Optional<DeviceId> id(String name) {
    try {
      return Optional.of(new DeviceId(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Those that were not asked, because the time was over, have failed. */
  private static CompletionStage<Tally> tally(int total, Queue<Sent> sent) {
    var results = sent.stream().map(one -> one.result().toCompletableFuture()).toList();
    int online = (int) sent.stream().filter(Sent::isOnline).count();
    return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
        .thenApply(
            _ -> {
              int delivered = 0;
              int queued = 0;
              for (var result : results) {
                switch (result.join()) {
                  case Result.Delivered _ -> delivered++;
                  case Result.Waiting _ -> queued++;
                  case Result.Failed _ -> {}
                }
              }
              return new Tally(online, delivered, queued, total - delivered - queued);
            });
  }

  private static <T> CompletionStage<T> completed(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
