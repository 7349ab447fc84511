package io.muster.http.api;

import static io.muster.http.auth.Role.OPERATOR;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.muster.actors.CommandId;
import io.muster.actors.DeviceId;
import io.muster.actors.Refusal;
import io.muster.actors.Roster;
import io.muster.actors.Telemetry;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.Describe;
import io.muster.actors.device.DeviceCommand.Enqueue;
import io.muster.actors.device.Devices;
import io.muster.http.Json;
import io.muster.http.api.Access.Caller;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/** One command to many devices. */
final class BatchRoutes extends Directives {
  private static final int IDS_MAX = 1_000;
  private static final int TAGGED_MAX = 50_000;

  // So many devices are asked at once; more would only wait in the journal's queue.
  private static final int AT_ONCE = 500;

  private static final Answer AWAY = new Answer.No(Refusal.JOURNAL_UNAVAILABLE);
  private static final Set<Refusal> OF_ALL =
      EnumSet.of(Refusal.JOURNAL_UNAVAILABLE, Refusal.IDEMPOTENCY_KEY_REUSED);

  private final Devices devices;
  private final Roster roster;
  private final Telemetry telemetry;
  private final Access access;

  BatchRoutes(Devices devices, Roster roster, Telemetry telemetry, Access access) {
    this.devices = devices;
    this.roster = roster;
    this.telemetry = telemetry;
    this.access = access;
  }

  /** {@code /commands} */
  Route all() {
    return methods(
        post(
            () ->
                access.as(
                    OPERATOR,
                    caller -> idempotencyKey(key -> body(body -> send(caller, body, key))))));
  }

  private sealed interface Target {
    record Ids(List<DeviceId> ids) implements Target {}

    record Tag(String tag) implements Target {}
  }

  private record Outcome(DeviceId device, Answer answer) {}

  private CompletionStage<HttpResponse> send(Caller caller, Body body, Optional<String> key) {
    var target = body.object("target").map(BatchRoutes::target);
    var command = body.object("command").map(Wanted::in);
    boolean dryRun = body.flag("dryRun").orElse(false);
    body.complete();
    Body.require(target.isPresent(), "target is missing");
    Body.require(command.isPresent(), "command is missing");
    return resolve(caller, target.get())
        .thenCompose(ids -> dryRun ? look(caller, ids) : enqueue(caller, ids, command.get(), key));
  }

  private static Target target(Body body) {
    var ids = body.texts("deviceIds", IDS_MAX);
    var tag = body.text("tag", 64);
    body.complete();
    Body.require(ids.isPresent() != tag.isPresent(), "target has either deviceIds or tag");
    return ids.<Target>map(BatchRoutes::ids).orElseGet(() -> new Target.Tag(Tags.one(tag.get())));
  }

  private static Target.Ids ids(List<String> words) {
    Body.require(!words.isEmpty(), "deviceIds names at least one device");
    return new Target.Ids(
        List.copyOf(new LinkedHashSet<>(words.stream().map(DeviceId::new).toList())));
  }

  private CompletionStage<List<DeviceId>> resolve(Caller caller, Target target) {
    return switch (target) {
      case Target.Ids t -> CompletableFuture.completedFuture(t.ids());
      case Target.Tag t ->
          roster.tagged(caller.org(), t.tag(), TAGGED_MAX + 1).thenApply(BatchRoutes::notTooMany);
    };
  }

  /** Part of a target is not what was asked for. */
  private static List<DeviceId> notTooMany(List<DeviceId> ids) {
    Body.require(
        ids.size() <= TAGGED_MAX, "the tag is on more than %d devices".formatted(TAGGED_MAX));
    return ids;
  }

  // ── the plan ──

  private CompletionStage<HttpResponse> look(Caller caller, List<DeviceId> ids) {
    return each(ids, id -> devices.ask(id, replyTo -> new Describe(caller.org(), replyTo)))
        .thenApply(outcomes -> refusalOfAll(outcomes).orElseGet(() -> plan(outcomes)));
  }

  private static HttpResponse plan(List<Outcome> outcomes) {
    var json = Json.object();
    var targets = json.putArray("targets");
    outcomes.stream()
        .filter(o -> refusal(o).isEmpty())
        .forEach(o -> targets.add(o.device().value()));
    json.set("refused", refused(outcomes));
    return Answers.json(200, json);
  }

  // ── the deed ──

  private CompletionStage<HttpResponse> enqueue(
      Caller caller, List<DeviceId> ids, Wanted command, Optional<String> key) {
    return each(
            ids,
            id -> {
              var wish = command.by(caller.name(), key, Optional.empty(), devices.giveUpAt());
              return devices.ask(id, replyTo -> new Enqueue(caller.org(), wish, replyTo));
            })
        .thenApply(
            outcomes -> {
              outcomes.forEach(this::count);
              return refusalOfAll(outcomes).orElseGet(() -> sent(outcomes));
            });
  }

  private void count(Outcome outcome) {
    switch (outcome.answer()) {
      case Answer.Accepted _ -> telemetry.commandAccepted();
      case Answer.No no -> telemetry.commandRefused(no.why());
      default -> {} // accepted before, and counted then
    }
  }

  private static HttpResponse sent(List<Outcome> outcomes) {
    var json = Json.object();
    var accepted = json.putArray("accepted");
    outcomes.forEach(
        outcome ->
            accepted(outcome.answer())
                .ifPresent(
                    id ->
                        accepted
                            .addObject()
                            .put("deviceId", outcome.device().value())
                            .put("commandId", id.value())));
    json.set("refused", refused(outcomes));
    return Answers.json(202, json);
  }

  private static Optional<CommandId> accepted(Answer answer) {
    return switch (answer) {
      case Answer.Accepted a -> Optional.of(a.command().id());
      case Answer.AcceptedBefore a -> Optional.of(a.id());
      default -> Optional.empty();
    };
  }

  // ── refusals ──

  private static ArrayNode refused(List<Outcome> outcomes) {
    var refused = Json.array();
    outcomes.forEach(
        o ->
            refusal(o)
                .ifPresent(
                    why ->
                        refused
                            .addObject()
                            .put("deviceId", o.device().value())
                            .put("code", why.code())));
    return refused;
  }

  private static Optional<Refusal> refusal(Outcome outcome) {
    return switch (outcome.answer()) {
      case Answer.No no -> Optional.of(no.why());
      case Answer.Described a when a.device().disabled() -> Optional.of(Refusal.DEVICE_DISABLED);
      case Answer.Described a when a.device().retired() -> Optional.of(Refusal.DEVICE_RETIRED);
      default -> Optional.empty();
    };
  }

  /** What is the matter with the request or with us, and with no device, is said once. */
  private static Optional<HttpResponse> refusalOfAll(List<Outcome> outcomes) {
    var whys = outcomes.stream().map(BatchRoutes::refusal).collect(Collectors.toSet());
    return whys.size() == 1
        ? whys.iterator().next().filter(OF_ALL::contains).map(Answers::refusal)
        : Optional.empty();
  }

  /** In waves, so that a large batch does not crowd out everybody else. */
  private static CompletionStage<List<Outcome>> each(
      List<DeviceId> ids, Function<DeviceId, CompletionStage<Answer>> ask) {
    CompletionStage<List<Outcome>> all = CompletableFuture.completedFuture(new ArrayList<>());
    for (int from = 0; from < ids.size(); from += AT_ONCE) {
      var wave = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
      all =
          all.thenCompose(
              done ->
                  (isInVain(done) ? given(wave, AWAY) : wave(wave, ask))
                      .thenApply(more -> plus(done, more)));
    }
    return all;
  }

  /** Each wave would wait as long as the first, for a journal that is away. */
  private static boolean isInVain(List<Outcome> done) {
    return !done.isEmpty() && done.stream().allMatch(o -> o.answer().equals(AWAY));
  }

  private static CompletionStage<List<Outcome>> given(List<DeviceId> ids, Answer answer) {
    return CompletableFuture.completedFuture(
        ids.stream().map(id -> new Outcome(id, answer)).toList());
  }

  private static CompletionStage<List<Outcome>> wave(
      List<DeviceId> ids, Function<DeviceId, CompletionStage<Answer>> ask) {
    var answers =
        ids.stream()
            .map(id -> ask.apply(id).thenApply(a -> new Outcome(id, a)).toCompletableFuture())
            .toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(_ -> answers.stream().map(CompletableFuture::join).toList());
  }

  private static List<Outcome> plus(List<Outcome> done, List<Outcome> more) {
    done.addAll(more);
    return done;
  }
}
