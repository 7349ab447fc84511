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
import io.muster.http.api.Waves.Outcome;
import io.muster.http.api.Waves.Outcome.Asked;
import io.muster.http.api.Waves.Outcome.NotAttempted;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/** One command to many devices. */
final class BatchRoutes extends Directives {
  private static final int IDS_MAX = 1_000;
  private static final int TAGGED_MAX = 50_000;

  // A wave may take as long as a device is waited for, and all of it less than HttpLimits.answer.
  private static final Waves WAVES = new Waves(500, Duration.ofSeconds(30), System::nanoTime);

  // The code of a device that was not asked: ask again, with the same key.
  private static final String NOT_ATTEMPTED = "not_attempted";

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
                    caller ->
                        idempotencyKey(
                            key ->
                                traceparent(
                                    trace ->
                                        body(
                                            body ->
                                                send(caller, body, new Wording(key, trace))))))));
  }

  private sealed interface Target {
    record Ids(List<DeviceId> ids) implements Target {}

    record Tag(String tag) implements Target {}
  }

  /** How the commands are wanted, beside what they are. */
  private record Wording(Optional<String> key, Optional<String> traceparent) {}

  private CompletionStage<HttpResponse> send(Caller caller, Body body, Wording wording) {
    var target = body.object("target").map(BatchRoutes::target);
    var command = body.object("command").map(Wanted::in);
    boolean dryRun = body.flag("dryRun").orElse(false);
    body.complete();
    Body.require(target.isPresent(), "target is missing");
    Body.require(command.isPresent(), "command is missing");
    return dryRun
        ? look(caller, target.get())
        : resolve(caller, target.get())
            .thenCompose(ids -> enqueue(caller, ids, command.get(), wording));
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

  /** A plan by tag is what the roster says: it wakes none of the devices it names. */
  private CompletionStage<HttpResponse> look(Caller caller, Target target) {
    return switch (target) {
      case Target.Tag _ -> resolve(caller, target).thenApply(ids -> plan(ids, Json.array()));
      case Target.Ids t ->
          WAVES
              .each(t.ids(), id -> devices.ask(id, to -> new Describe(caller.org(), to)))
              .thenApply(outcomes -> refusalOfAll(outcomes).orElseGet(() -> plan(outcomes)));
    };
  }

  private static HttpResponse plan(List<Outcome> outcomes) {
    var targets = outcomes.stream().filter(o -> code(o).isEmpty()).map(Outcome::device).toList();
    return plan(targets, refused(outcomes));
  }

  private static HttpResponse plan(List<DeviceId> ids, ArrayNode refused) {
    var json = Json.object();
    var targets = json.putArray("targets");
    ids.forEach(id -> targets.add(id.value()));
    json.set("refused", refused);
    return Answers.json(200, json);
  }

  // ── the deed ──

  private CompletionStage<HttpResponse> enqueue(
      Caller caller, List<DeviceId> ids, Wanted command, Wording wording) {
    return WAVES
        .each(
            ids,
            id -> {
              var wish =
                  command.by(
                      caller.name(), wording.key(), wording.traceparent(), devices.giveUpAt());
              return devices.ask(id, replyTo -> new Enqueue(caller.org(), wish, replyTo));
            })
        .thenApply(
            outcomes -> {
              outcomes.forEach(this::count);
              return refusalOfAll(outcomes).orElseGet(() -> sent(outcomes));
            });
  }

  private void count(Outcome outcome) {
    switch (outcome) {
      case Asked(_, Answer.Accepted _) -> telemetry.commandAccepted();
      case Asked(_, Answer.No no) -> telemetry.commandRefused(no.why());
      case Asked _ -> {} // accepted before, and counted then
      case NotAttempted _ -> {}
    }
  }

  private static HttpResponse sent(List<Outcome> outcomes) {
    var json = Json.object();
    var accepted = json.putArray("accepted");
    outcomes.forEach(
        outcome ->
            accepted(outcome)
                .ifPresent(
                    id ->
                        accepted
                            .addObject()
                            .put("deviceId", outcome.device().value())
                            .put("commandId", id.value())));
    json.set("refused", refused(outcomes));
    return Answers.json(202, json);
  }

  private static Optional<CommandId> accepted(Outcome outcome) {
    return switch (outcome) {
      case Asked(_, Answer.Accepted a) -> Optional.of(a.command().id());
      case Asked(_, Answer.AcceptedBefore a) -> Optional.of(a.id());
      case Asked _, NotAttempted _ -> Optional.empty();
    };
  }

  // ── refusals ──

  private static ArrayNode refused(List<Outcome> outcomes) {
    var refused = Json.array();
    outcomes.forEach(
        o ->
            code(o)
                .ifPresent(
                    code ->
                        refused.addObject().put("deviceId", o.device().value()).put("code", code)));
    return refused;
  }

  private static Optional<String> code(Outcome outcome) {
    return switch (outcome) {
      case Asked _ -> refusal(outcome).map(Refusal::code);
      case NotAttempted _ -> Optional.of(NOT_ATTEMPTED);
    };
  }

  private static Optional<Refusal> refusal(Outcome outcome) {
    return switch (outcome) {
      case Asked(_, Answer.No no) -> Optional.of(no.why());
      case Asked(_, Answer.Described a) when a.device().disabled() ->
          Optional.of(Refusal.DEVICE_DISABLED);
      case Asked(_, Answer.Described a) when a.device().retired() ->
          Optional.of(Refusal.DEVICE_RETIRED);
      case Asked _, NotAttempted _ -> Optional.empty();
    };
  }

  /** What is the matter with the request or with us, and with no device, is said once. */
  private static Optional<HttpResponse> refusalOfAll(List<Outcome> outcomes) {
    var whys = outcomes.stream().map(BatchRoutes::refusal).collect(Collectors.toSet());
    return whys.size() == 1
        ? whys.iterator().next().filter(OF_ALL::contains).map(Answers::refusal)
        : Optional.empty();
  }
}
