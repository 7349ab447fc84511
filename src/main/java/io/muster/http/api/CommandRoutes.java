package io.muster.http.api;

import static io.muster.http.auth.Role.*;

import io.muster.actors.CommandHistory;
import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeviceId;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.Refusal;
import io.muster.actors.Telemetry;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.*;
import io.muster.actors.device.Devices;
import io.muster.http.Json;
import io.muster.http.api.Access.Caller;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.Route;

/** Commands to one device and their timelines. */
final class CommandRoutes extends Directives {
  private static final int PAGE_MAX = 200;
  private static final int PAGE_DEFAULT = 20;
  private static final int WAIT_SECONDS_MAX = 30;
  private static final Pattern WAIT = Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,9})\"?");

  private final Devices devices;
  private final CommandHistory history;
  private final Telemetry telemetry;
  private final Access access;

  CommandRoutes(Devices devices, CommandHistory history, Telemetry telemetry, Access access) {
    this.devices = devices;
    this.history = history;
    this.telemetry = telemetry;
    this.access = access;
  }

  // formatter:off
  /** {@code /devices/{id}/commands} */
  Route of(DeviceId device) {
    return methods(
        get(()  -> access.as(VIEWER,   caller -> pageOf(PAGE_DEFAULT, PAGE_MAX, page -> answer(list(caller, device, page))))),
        post(() -> access.as(OPERATOR, caller -> asked(asked -> body(body -> send(caller, device, Wanted.in(body), asked))))));
  }

  /** {@code /devices/{id}/commands/{cid}} */
  Route one(DeviceId device, CommandId id) {
    return methods(
        get(()    -> access.as(VIEWER,   caller -> answer(read(caller, device, id)))),
        delete(() -> access.as(OPERATOR, caller -> answer(cancel(caller, device, id)))));
  }
  // formatter:on

  /** How a command is wanted, beside what it is. */
  private record Asked(
      Optional<String> key, Optional<Duration> patience, Optional<String> traceparent) {}

  private Route asked(Function<Asked, Route> inner) {
    return idempotencyKey(
        key ->
            optionalHeaderValueByName(
                "Prefer",
                prefer ->
                    traceparent(
                        trace ->
                            inner.apply(
                                new Asked(key, prefer.flatMap(CommandRoutes::patience), trace)))));
  }

  private static Optional<Duration> patience(String prefer) {
    var matcher = WAIT.matcher(prefer);
    return matcher.find()
        ? Optional.of(
            Duration.ofSeconds(Math.min(WAIT_SECONDS_MAX, Long.parseLong(matcher.group(1)))))
        : Optional.empty();
  }

  // ── send ──

  private CompletionStage<HttpResponse> send(
      Caller caller, DeviceId device, Wanted wanted, Asked asked) {
    var wish = wanted.by(caller.name(), asked.key(), asked.traceparent(), devices.giveUpAt());
    return devices
        .ask(device, replyTo -> new Enqueue(caller.org(), wish, replyTo))
        .thenCompose(
            answer ->
                switch (answer) {
                  case Answer.Accepted a -> {
                    telemetry.commandAccepted();
                    yield accepted(caller, a.command(), asked.patience());
                  }
                  case Answer.AcceptedBefore a ->
                      settled(device, a.id())
                          .thenApply(
                              known ->
                                  known
                                      .map(command -> accepted(command, asked.patience()))
                                      .orElseGet(() -> Answers.refusal(Refusal.COMMAND_NOT_FOUND)));
                  case Answer.No no -> {
                    telemetry.commandRefused(no.why());
                    yield completed(Answers.refusal(no.why()));
                  }
                  case Answer.Described _,
                      Answer.Created _,
                      Answer.Done _,
                      Answer.Command _,
                      Answer.Pending _,
                      Answer.Shown _,
                      Answer.ContentIs _ ->
                      throw new IllegalStateException("a command was answered by " + answer);
                });
  }

  private CompletionStage<HttpResponse> accepted(
      Caller caller, CommandView command, Optional<Duration> wait) {
    if (wait.isEmpty() || wait.get().isZero() || command.settled()) {
      return completed(accepted(command, wait));
    }
    return devices
        .ask(
            command.device(),
            replyTo -> new AwaitSettled(caller.org(), command.id(), replyTo),
            wait.get(),
            new Answer.Command(command))
        .thenCompose(
            answer ->
                answer instanceof Answer.Command a && a.command().settled()
                    ? completed(accepted(a.command(), wait))
                    : read(caller, command).thenApply(latest -> accepted(latest, wait)));
  }

  /** It has settled between the two questions, or the wait is over. */
  private CompletionStage<CommandView> read(Caller caller, CommandView command) {
    return find(caller, command.device(), command.id())
        .thenApply(found -> found instanceof Found.Command f ? f.command() : command);
  }

  private static HttpResponse accepted(CommandView command, Optional<Duration> wait) {
    boolean isOver = wait.isPresent() && command.settled();
    var location = Answers.location(path(command.device(), command.id()));
    return wait.isPresent()
        ? Answers.json(
            isOver ? 200 : 202,
            Json.command(command),
            location,
            RawHeader.create("Preference-Applied", "wait=" + wait.get().toSeconds()))
        : Answers.json(202, Json.command(command), location);
  }

  static String path(DeviceId device, CommandId id) {
    return "/api/v1/devices/%s/commands/%s".formatted(device, id);
  }

  // ── read, cancel, list ──

  private sealed interface Found {
    record Command(CommandView command) implements Found {}

    record No(Refusal why) implements Found {}
  }

  /** Pending commands are known to their device, settled ones to the history. */
  private CompletionStage<Found> find(Caller caller, DeviceId device, CommandId id) {
    return devices
        .ask(device, replyTo -> new DescribeCommand(caller.org(), id, replyTo))
        .thenCompose(
            answer ->
                switch (answer) {
                  case Answer.Command a -> completed(new Found.Command(a.command()));
                  case Answer.No no when no.why() == Refusal.COMMAND_NOT_FOUND ->
                      settled(device, id)
                          .thenApply(
                              known ->
                                  known
                                      .<Found>map(Found.Command::new)
                                      .orElseGet(() -> new Found.No(Refusal.COMMAND_NOT_FOUND)));
                  case Answer.No no -> completed(new Found.No(no.why()));
                  default ->
                      throw new IllegalStateException("a command was described by " + answer);
                });
  }

  private CompletionStage<HttpResponse> read(Caller caller, DeviceId device, CommandId id) {
    return find(caller, device, id)
        .thenApply(
            found ->
                switch (found) {
                  case Found.Command f -> Answers.json(200, Json.command(f.command()));
                  case Found.No no -> Answers.refusal(no.why());
                });
  }

  private CompletionStage<HttpResponse> cancel(Caller caller, DeviceId device, CommandId id) {
    return devices
        .ask(device, replyTo -> new Cancel(caller.org(), id, caller.name(), replyTo))
        .thenCompose(
            answer ->
                switch (answer) {
                  case Answer.Command a -> completed(Answers.json(200, Json.command(a.command())));
                  case Answer.No no when no.why() == Refusal.COMMAND_SETTLED ->
                      settled(device, id)
                          .thenApply(
                              known ->
                                  Answers.refusal(
                                      known.isPresent()
                                          ? Refusal.COMMAND_SETTLED
                                          : Refusal.COMMAND_NOT_FOUND));
                  case Answer.No no -> completed(Answers.refusal(no.why()));
                  default -> throw new IllegalStateException("a cancel was answered by " + answer);
                });
  }

  private CompletionStage<HttpResponse> list(Caller caller, DeviceId device, PageAsked page) {
    return devices
        .ask(device, replyTo -> new Describe(caller.org(), replyTo))
        .thenCompose(
            answer ->
                answer instanceof Answer.No no
                    ? completed(Answers.refusal(no.why()))
                    : ofJournal(history.newestFirst(device, page.size(), page.token()))
                        .thenApply(found -> Answers.json(200, Answers.page(found, Json::command))));
  }

  private CompletionStage<Optional<CommandView>> settled(DeviceId device, CommandId id) {
    return ofJournal(history.find(device, id));
  }

  /**
   * Timelines are read from the journal itself: when they cannot be, it is the journal that is
   * away.
   */
  private static <T> CompletionStage<T> ofJournal(CompletionStage<T> read) {
    return read.exceptionallyCompose(
        failure ->
            CompletableFuture.failedFuture(
                Answers.cause(failure) instanceof ReadModelUnavailable
                    ? new JournalUnavailable()
                    : failure));
  }

  private static <T> CompletionStage<T> completed(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
