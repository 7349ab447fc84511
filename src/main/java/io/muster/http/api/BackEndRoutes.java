package io.muster.http.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.CommandHistory;
import io.muster.actors.CommandId;
import io.muster.actors.DeviceView;
import io.muster.actors.OrgId;
import io.muster.actors.Refusal;
import io.muster.actors.Telemetry;
import io.muster.actors.content.PushedContents;
import io.muster.actors.dashboard.Feed;
import io.muster.actors.dashboard.ToDashboard.Told;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.Amend;
import io.muster.actors.device.DeviceCommand.Retire;
import io.muster.actors.device.DeviceCommand.RevokeTokens;
import io.muster.actors.device.Devices;
import io.muster.actors.tenant.TenantBoard;
import io.muster.actors.tenant.TenantChange;
import io.muster.http.Json;
import io.muster.http.api.BackEndCommands.Result;
import io.muster.http.api.BackEndCommands.Wanting;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an existing back end asks for, in its own paths, forms and words. It names devices without
 * their organisation, and must be answered before it gives up.
 */
public final class BackEndRoutes extends Directives {
  private static final Logger log = LoggerFactory.getLogger(BackEndRoutes.class);

  // Twice what a device can be sent: raw playlists carry more than is delivered.
  private static final int BODY_BYTES_MAX = 2 * 1024 * 1024;
  private static final int DEVICES_MAX = 1_000;
  private static final int WORDS_MAX = 200;

  // Told to every dashboard of an organisation, whole.
  private static final int NOTIFICATION_BYTES_MAX = 64 * 1024;

  private static final double MINUTES_SHOWN = 5;
  private static final Duration EXPIRY = Duration.ofMinutes(5);

  // An override lasts longer than a queue does: a screen that was off must not come back to it.
  private static final Duration EXPIRY_OF_CLEAR = Duration.ofDays(1);

  private static final List<String> TYPES =
      List.of(
          "reload",
          "restart",
          "update",
          "update_config",
          "clear_cache",
          "screenshot",
          "reboot",
          "skip_content",
          "pause",
          "resume",
          "push_content",
          "disable",
          "enable",
          "clear_override");

  private static final String BY = "back end";

  /**
   * What they need beside what all routes have.
   *
   * @param pushed empty where the content comes from a CMS
   */
  public record House(
      ServiceKey key,
      BackEndPatience patience,
      Optional<PushedContents> pushed,
      Feed feed,
      TenantBoard tenants) {}

  private final House house;
  private final boolean isRegisteredElsewhere;
  private final Devices devices;
  private final BackEndCommands commands;
  private final BackEndContent content;
  private final Clock clock;

  BackEndRoutes(
      House house,
      boolean isRegisteredElsewhere,
      Devices devices,
      CommandHistory history,
      Telemetry telemetry,
      Clock clock) {
    this.house = house;
    this.isRegisteredElsewhere = isRegisteredElsewhere;
    this.devices = devices;
    this.commands = new BackEndCommands(devices, history, house.tenants(), telemetry);
    this.content = new BackEndContent(commands, devices, house.pushed(), clock);
    this.clock = clock;
  }

  // formatter:off
  /** Below {@code /api}. */
  Route all() {
    return concat(
        pathPrefix("push", () -> concat(
            path("playlist",           () -> order(this::playlist)),
            path("content",            () -> order(this::pushContent)))),
        pathPrefix("internal", () -> concat(
            path("command",            () -> order(this::command)),
            path("device-revoked",     () -> order(this::revoked)),
            path("tenant-entitlement", () -> order(this::entitlement)))),
        pathPrefix("commands",         () -> path("broadcast", () -> order(this::broadcast))),
        pathPrefix("notifications",    () -> path("broadcast", () -> order(this::notification))));
  }
  // formatter:on

  /** The key first, and only then the body. */
  private Route order(Function<BackEndBody, CompletionStage<HttpResponse>> inner) {
    return post(
        () ->
            house
                .key()
                .needed(
                    () ->
                        extractRequestEntity(
                            entity ->
                                entity.getContentLengthOption().orElse(0) > BODY_BYTES_MAX
                                    ? complete(NestAnswers.tooLarge("request entity too large"))
                                    : read(inner))));
  }

  private Route read(Function<BackEndBody, CompletionStage<HttpResponse>> inner) {
    return traceparent(
        trace ->
            entity(
                Unmarshaller.entityToString(),
                text -> completeWithFuture(answered(inner, text, trace))));
  }

  private static CompletionStage<HttpResponse> answered(
      Function<BackEndBody, CompletionStage<HttpResponse>> inner,
      String text,
      Optional<String> traceparent) {
    try {
      return NestAnswers.orFailure(inner.apply(BackEndBody.of(text, traceparent)));
    } catch (RuntimeException e) {
      return completed(NestAnswers.failure(e));
    }
  }

  // ── content ──

  private CompletionStage<HttpResponse> playlist(BackEndBody body) {
    var device = body.text("deviceId");
    var playlist = body.object("playlist");
    body.complete();
    return content
        .show(device, playlist, house.patience().playlist())
        .thenApply(BackEndRoutes::shown);
  }

  private static HttpResponse shown(Answer answer) {
    return switch (answer) {
      case Answer.Shown shown ->
          switch (shown.outcome()) {
            case DELIVERED -> NestAnswers.success("Playlist delivered");
            case UNCONFIRMED -> NestAnswers.success("Playlist sent");
            case NOTHING -> NestAnswers.success("Nothing to deliver");
            case NO_SOCKETS -> undelivered("no_sockets");
            case ACK_TIMEOUT -> undelivered("ack_timeout");
            case NEGATIVE_ACK -> undelivered("negative_ack");
          };
      case Answer.No no -> undelivered(BackEndCommands.word(no.why()));
      default -> throw new IllegalStateException("content was answered by " + answer);
    };
  }

  private static HttpResponse undelivered(String reason) {
    return NestAnswers.failure("Playlist delivery failed: " + reason);
  }

  private CompletionStage<HttpResponse> pushContent(BackEndBody body) {
    var device = body.text("deviceId");
    var shown = body.object("content");
    double minutes = body.positive("duration").orElse(MINUTES_SHOWN);
    body.complete();
    var payload = Json.object();
    payload.set("content", shown);
    // Devices know a whole number by its form.
    payload.set("duration", number(minutes));
    return commands
        .send(
            device,
            wanting("push_content", Optional.of(payload), Optional.empty(), body.traceparent()),
            forCommand())
        .thenApply(result -> told(result, "Content pushed", "Content push failed: "));
  }

  private static JsonNode number(double value) {
    boolean isWhole = value == Math.rint(value) && value < Integer.MAX_VALUE;
    return isWhole ? Json.object().numberNode((int) value) : Json.object().numberNode(value);
  }

  // ── commands ──

  private CompletionStage<HttpResponse> command(BackEndBody body) {
    var device =
        body.text(body.has("deviceId") || !body.has("displayId") ? "deviceId" : "displayId");
    var wanting = wanting(body);
    body.complete();
    return switch (wanting.type()) {
      case "disable" -> amend(device, true).thenApply(BackEndRoutes::disabled);
      case "enable" -> amend(device, false).thenCompose(_ -> send(device, wanting));
      default -> send(device, wanting);
    };
  }

  private CompletionStage<HttpResponse> send(String device, Wanting wanting) {
    return commands
        .send(device, wanting, forCommand())
        .thenApply(result -> told(result, "Command delivered", "Command delivery failed: "));
  }

  private static HttpResponse told(Result result, String done, String otherwise) {
    return switch (result) {
      case Result.Delivered _ -> NestAnswers.success(done);
      case Result.Waiting waiting -> NestAnswers.failure(otherwise + waiting.why());
      case Result.Failed failed -> NestAnswers.failure(otherwise + failed.why());
    };
  }

  /** A command in its own object, or in the older form a word with its payload beside it. */
  private static Wanting wanting(BackEndBody body) {
    if (body.hasText("command")) {
      return wanting(
          body.oneOf("command", TYPES),
          body.maybeObject("payload"),
          Optional.empty(),
          body.traceparent());
    }
    var command = body.nested("command");
    return wanting(
        command.oneOf("type", TYPES),
        command.maybeObject("payload"),
        commandId(command),
        body.traceparent());
  }

  private static Optional<CommandId> commandId(BackEndBody command) {
    if (!command.has("commandId")) {
      return Optional.empty();
    }
    try {
      return Optional.of(new CommandId(command.text("commandId")));
    } catch (IllegalArgumentException e) {
      command.check(false, "commandId must be 1 to 128 printable ASCII characters");
      return Optional.empty();
    }
  }

  private static Wanting wanting(
      String type,
      Optional<ObjectNode> payload,
      Optional<CommandId> id,
      Optional<String> traceparent) {
    var text = payload.map(Json::text);
    text.ifPresent(Wanted::mustFit);
    var expiry = type.equals("clear_override") ? EXPIRY_OF_CLEAR : EXPIRY;
    return new Wanting(type, text, id, expiry, traceparent);
  }

  private Until forCommand() {
    return Until.in(house.patience().command());
  }

  private CompletionStage<Answer> amend(String device, boolean disabled) {
    return known(
        device,
        view ->
            devices.ask(
                view.id(),
                replyTo ->
                    new Amend(
                        view.org(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(disabled),
                        BY,
                        replyTo)));
  }

  private static HttpResponse disabled(Answer answer) {
    return answer instanceof Answer.No no
        ? NestAnswers.failure("Command delivery failed: " + BackEndCommands.word(no.why()))
        : NestAnswers.success("Device disabled");
  }

  private CompletionStage<HttpResponse> broadcast(BackEndBody body) {
    var names = body.texts("deviceIds", DEVICES_MAX);
    var wanting = wanting(body);
    body.complete();
    return commands
        .broadcast(names, wanting, Until.in(house.patience().broadcast()))
        .thenApply(
            tally ->
                NestAnswers.done(
                    Json.object()
                        .put("devicesOnline", tally.online())
                        .put("delivered", tally.delivered())
                        .put("queued", tally.queued())
                        .put("failed", tally.failed())));
  }

  // ── to dashboards ──

  /** To dashboards only: nothing of it concerns a device. */
  private CompletionStage<HttpResponse> notification(BackEndBody body) {
    var org = organization(body);
    var notification = body.object("notification");
    body.complete();
    var text = Json.text(notification.put("timestamp", Json.instant(clock.instant())));
    if (text.length() > NOTIFICATION_BYTES_MAX) {
      return completed(NestAnswers.tooLarge("notification is too large"));
    }
    var user =
        Optional.of(notification.path("userId"))
            .filter(id -> id.isTextual() && !id.asText().isBlank())
            .map(id -> id.asText());
    house.feed().publish(org.orElseThrow(), new Told("notification:new", text, user));
    return completed(NestAnswers.success("Notification broadcast"));
  }

  private static Optional<OrgId> organization(BackEndBody body) {
    var name = body.text("organizationId");
    try {
      return Optional.of(new OrgId(name));
    } catch (IllegalArgumentException e) {
      body.check(false, "organizationId must be 1 to 64 of A-Z a-z 0-9 _ -");
      return Optional.empty();
    }
  }

  // ── who is let in ──

  /** A security action: either it is done, or the back end and the log are told that it is not. */
  private CompletionStage<HttpResponse> revoked(BackEndBody body) {
    var device = body.text("deviceId");
    var reason = body.words("reason", WORDS_MAX).orElse("revoked");
    body.complete();
    return known(device, view -> revoke(view, reason))
        .thenApply(
            answer ->
                answer instanceof Answer.No no
                    ? notRevoked(device, reason, no.why())
                    : done(device, reason))
        .exceptionally(failure -> notDone(device, reason, Answers.cause(failure)));
  }

  private static HttpResponse done(String device, String reason) {
    log.info("Device {} was revoked by the back end: {}", printable(device), printable(reason));
    return NestAnswers.success("Device revoked");
  }

  /** What is not there or retired lets nobody in; whatever else was in the way, all still may. */
  private static HttpResponse notRevoked(String device, String reason, Refusal why) {
    return switch (why) {
      case DEVICE_NOT_FOUND, DEVICE_RETIRED -> NestAnswers.success("Device is not known here");
      default -> notDone(device, reason, why);
    };
  }

  private static HttpResponse notDone(String device, String reason, Object why) {
    log.error(
        "A revocation of device {} ({}) was not done: {}",
        printable(device),
        printable(reason),
        why.toString());
    return NestAnswers.unavailable("The revocation is not done; try again");
  }

  private CompletionStage<Answer> revoke(DeviceView view, String reason) {
    // What a CMS has deleted may be entered there again.
    boolean isGone = !isRegisteredElsewhere && reason.equals("deleted");
    return devices.ask(
        view.id(),
        replyTo ->
            isGone
                ? new Retire(view.org(), BY, replyTo)
                : new RevokeTokens(view.org(), reason, BY, replyTo));
  }

  private CompletionStage<HttpResponse> entitlement(BackEndBody body) {
    var org = organization(body);
    var state = body.oneOf("state", List.of("suspended", "resumed"));
    var reason = body.words("reason", WORDS_MAX);
    body.complete();
    var change =
        state.equals("suspended")
            ? new TenantChange.Suspended(org.orElseThrow(), reason)
            : new TenantChange.Resumed(org.orElseThrow(), reason);
    return house
        .tenants()
        .change(change)
        .thenApply(_ -> NestAnswers.success("Organisation " + state))
        .exceptionally(
            failure -> {
              log.error("Organisation {} was not {}", change.org(), state, failure);
              return NestAnswers.unavailable("The change is not made; try again");
            });
  }

  // ── plumbing ──

  private CompletionStage<Answer> known(
      String device, Function<DeviceView, CompletionStage<Answer>> deed) {
    return commands
        .identify(device, Until.in(Devices.PATIENCE))
        .thenCompose(
            answer ->
                answer instanceof Answer.Described known
                    ? deed.apply(known.device())
                    : completed(answer));
  }

  /** What others chose the words of must not forge a line of the log. */
  private static String printable(String words) {
    var line = words.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= WORDS_MAX ? line : line.substring(0, WORDS_MAX);
  }

  private static <T> CompletionStage<T> completed(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
