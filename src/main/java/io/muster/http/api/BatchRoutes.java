package io.muster.http.api;

import static io.muster.http.auth.Role.OPERATOR;

import io.muster.actors.DeviceId;
import io.muster.actors.Roster;
import io.muster.actors.Telemetry;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.Describe;
import io.muster.actors.device.DeviceCommand.Enqueue;
import io.muster.actors.device.Devices;
import io.muster.http.Json;
import io.muster.http.api.Access.Caller;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/** One command to many devices. */
final class BatchRoutes extends Directives {
  private static final int IDS_MAX = 1_000;
  private static final int TAGGED_MAX = 50_000;

  // So many devices are asked at once; more would only wait in the journal's queue.
  private static final int AT_ONCE = 500;

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
    return methods(post(() -> access.as(OPERATOR, caller -> body(body -> send(caller, body)))));
  }

  private sealed interface Target {
    record Ids(List<DeviceId> ids) implements Target {}

    record Tag(String tag) implements Target {}
  }

  private record Outcome(DeviceId device, Answer answer) {}

  private CompletionStage<HttpResponse> send(Caller caller, Body body) {
    var target = body.object("target").map(BatchRoutes::target);
    var command = body.object("command").map(Wanted::in);
    boolean dryRun = body.flag("dryRun").orElse(false);
    body.complete();
    Body.require(target.isPresent(), "target is missing");
    Body.require(command.isPresent(), "command is missing");
    return resolve(caller, target.get())
        .thenCompose(ids -> dryRun ? look(caller, ids) : enqueue(caller, ids, command.get()));
  }

  private static Target target(Body body) {
    var ids = body.texts("deviceIds", IDS_MAX);
    var tag = body.text("tag", 64);
    body.complete();
    Body.require(ids.isPresent() != tag.isPresent(), "target has either deviceIds or tag");
    return ids.<Target>map(BatchRoutes::ids).orElseGet(() -> new Target.Tag(Tags.one(tag.get())));
  }

  private static Target.Ids ids(List<String> words) {
    return new Target.Ids(
        List.copyOf(new LinkedHashSet<>(words.stream().map(DeviceId::new).toList())));
  }

  private CompletionStage<List<DeviceId>> resolve(Caller caller, Target target) {
    return switch (target) {
      case Target.Ids t -> CompletableFuture.completedFuture(t.ids());
      case Target.Tag t -> roster.tagged(caller.org(), t.tag(), TAGGED_MAX);
    };
  }

  private CompletionStage<HttpResponse> look(Caller caller, List<DeviceId> ids) {
    return each(ids, id -> devices.ask(id, replyTo -> new Describe(caller.org(), replyTo)))
        .thenApply(
            outcomes -> {
              var json = Json.object();
              var targets = json.putArray("targets");
              outcomes.stream()
                  .filter(o -> refusal(o).isEmpty())
                  .forEach(o -> targets.add(o.device().value()));
              json.set("refused", refused(outcomes));
              return Answers.json(200, json);
            });
  }

  private CompletionStage<HttpResponse> enqueue(Caller caller, List<DeviceId> ids, Wanted command) {
    return each(
            ids,
            id -> {
              var wish =
                  command.by(caller.name(), Optional.empty(), Optional.empty(), devices.giveUpAt());
              return devices.ask(id, replyTo -> new Enqueue(caller.org(), wish, replyTo));
            })
        .thenApply(
            outcomes -> {
              var json = Json.object();
              var accepted = json.putArray("accepted");
              for (Outcome outcome : outcomes) {
                if (outcome.answer() instanceof Answer.Accepted a) {
                  telemetry.commandAccepted();
                  accepted
                      .addObject()
                      .put("deviceId", outcome.device().value())
                      .put("commandId", a.command().id().value());
                }
              }
              json.set("refused", refused(outcomes));
              return Answers.json(202, json);
            });
  }

  private static com.fasterxml.jackson.databind.JsonNode refused(List<Outcome> outcomes) {
    var refused = Json.array();
    outcomes.forEach(
        o ->
            refusal(o)
                .ifPresent(
                    code ->
                        refused.addObject().put("deviceId", o.device().value()).put("code", code)));
    return refused;
  }

  private static Optional<String> refusal(Outcome outcome) {
    return switch (outcome.answer()) {
      case Answer.No no -> Optional.of(no.why().code());
      case Answer.Described a when a.device().disabled() -> Optional.of("device_disabled");
      case Answer.Described a when a.device().retired() -> Optional.of("device_retired");
      default -> Optional.empty();
    };
  }

  /** In waves, so that a large batch does not crowd out everybody else. */
  private static CompletionStage<List<Outcome>> each(
      List<DeviceId> ids, Function<DeviceId, CompletionStage<Answer>> ask) {
    CompletionStage<List<Outcome>> all = CompletableFuture.completedFuture(new ArrayList<>());
    for (int from = 0; from < ids.size(); from += AT_ONCE) {
      var wave = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
      all = all.thenCompose(done -> wave(wave, ask).thenApply(more -> plus(done, more)));
    }
    return all;
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
