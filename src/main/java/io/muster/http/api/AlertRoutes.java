package io.muster.http.api;

import static io.muster.http.auth.Role.*;
import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.notify.GraceRule;
import io.muster.actors.notify.GraceRule.Scope;
import io.muster.actors.notify.Notification;
import io.muster.actors.notify.Outage;
import io.muster.http.Json;
import io.muster.http.api.Access.Caller;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/** Who is down, what people were told of it, and when they want to be told. */
final class AlertRoutes extends Directives {
  private static final int PAGE_MAX = 500;
  private static final int PAGE_DEFAULT = 50;

  private final Alerts alerts;
  private final Access access;
  private final Clock clock;

  AlertRoutes(Alerts alerts, Access access, Clock clock) {
    this.alerts = alerts;
    this.access = access;
    this.clock = clock;
  }

  // formatter:off
  Route all() {
    return concat(
        path("outages", () -> methods(
            get(()        -> access.as(VIEWER,   caller -> pageOf(PAGE_DEFAULT, PAGE_MAX, page -> outages(caller, page)))))),
        pathPrefix("notifications", () -> concat(
            pathEndOrSingleSlash(() -> methods(
                get(()    -> access.as(VIEWER,   caller -> pageOf(PAGE_DEFAULT, PAGE_MAX, page -> notifications(caller, page)))))),
            path(segment().slash("read"),    id -> methods(
                post(()   -> access.as(OPERATOR, caller -> answer(read(caller, id)))))),
            path(segment().slash("dismiss"), id -> methods(
                post(()   -> access.as(OPERATOR, caller -> answer(dismiss(caller, id)))))))),
        pathPrefix("grace-rules", () -> concat(
            pathEndOrSingleSlash(() -> methods(
                get(()    -> access.as(VIEWER,   caller -> answer(rules(caller)))))),
            path("organization",              () -> rule(Scope.ORGANIZATION, "")),
            path(segment("devices").slash(segment()), id  -> named(() -> new DeviceId(id).value(), name -> rule(Scope.DEVICE, name))),
            path(segment("tags").slash(segment()),    tag -> named(() -> Tags.one(tag), name -> rule(Scope.TAG, name))))));
  }

  private Route rule(Scope scope, String subject) {
    return methods(
        put(()    -> access.as(ADMIN, caller -> body(body -> put(rule(caller.org(), scope, subject, body))))),
        delete(() -> access.as(ADMIN, caller -> answer(remove(caller, scope, subject)))));
  }
  // formatter:on

  // ── who is down ──

  private Route outages(Caller caller, PageAsked page) {
    return parameterOptional(
        "state",
        state ->
            answer(
                outages(caller.org(), state.orElse("open"), page)
                    .thenApply(found -> page(found, AlertRoutes::outage))));
  }

  private CompletionStage<Page<Outage>> outages(OrgId org, String state, PageAsked page) {
    return switch (state) {
      case "open" -> alerts.outages().open(org, page.size(), page.token());
      case "closed" -> alerts.outages().closed(org, page.size(), page.token());
      default -> throw new Body.NotUnderstood("state is open or closed");
    };
  }

  private static JsonNode outage(Outage outage) {
    var json =
        Json.object()
            .put("deviceId", outage.device().value())
            .put("deviceName", outage.deviceName())
            .put("organizationId", outage.org().value())
            .put("disconnectedAt", Json.instant(outage.disconnectedAt()))
            .put("offlineSince", Json.instant(outage.since()));
    outage.endedAt().ifPresent(at -> json.put("endedAt", Json.instant(at)));
    return json.put("notified", outage.told()).put("reminders", outage.reminders());
  }

  // ── what people were told ──

  private Route notifications(Caller caller, PageAsked page) {
    return parameterOptional(
        "unread",
        unread ->
            answer(
                alerts
                    .notifications()
                    .list(caller.org(), isTrue(unread), page.size(), page.token())
                    .thenApply(found -> page(found, AlertRoutes::notification))));
  }

  private static boolean isTrue(Optional<String> unread) {
    Body.require(
        unread.map(u -> u.equals("true") || u.equals("false")).orElse(true),
        "unread is true or false");
    return unread.map(Boolean::parseBoolean).orElse(false);
  }

  private CompletionStage<HttpResponse> read(Caller caller, String id) {
    return alerts
        .notifications()
        .read(caller.org(), id, clock.instant())
        .thenApply(AlertRoutes::shown);
  }

  private CompletionStage<HttpResponse> dismiss(Caller caller, String id) {
    return alerts
        .notifications()
        .dismiss(caller.org(), id, clock.instant())
        .thenApply(AlertRoutes::shown);
  }

  private static HttpResponse shown(Optional<Notification> found) {
    return found
        .map(row -> Answers.json(200, notification(row)))
        .orElseGet(Problem.NOT_FOUND::response);
  }

  private static JsonNode notification(Notification row) {
    var json =
        Json.object()
            .put("id", row.id())
            .put("type", row.type())
            .put("title", row.title())
            .put("message", row.message())
            .put("severity", row.severity())
            .put("read", row.read());
    row.dismissedAt().ifPresent(at -> json.put("dismissedAt", Json.instant(at)));
    json.set("metadata", Json.parse(row.metadata()));
    json.put("organizationId", row.org().value());
    row.user().ifPresent(user -> json.put("userId", user));
    return json.put("createdAt", Json.instant(row.createdAt()))
        .put("updatedAt", Json.instant(row.updatedAt()));
  }

  private static <T> HttpResponse page(Page<T> page, Function<T, JsonNode> write) {
    return Answers.json(200, Answers.page(page, write));
  }

  // ── when they want to be told ──

  private CompletionStage<HttpResponse> rules(Caller caller) {
    return alerts
        .rules()
        .of(caller.org())
        .thenApply(
            rules -> {
              var json = Json.object();
              json.set("items", Json.array(rules, AlertRoutes::rule));
              return Answers.json(200, json);
            });
  }

  private static GraceRule rule(OrgId org, Scope scope, String subject, Body body) {
    var seconds =
        body.whole(
            "graceSeconds", GraceRule.GRACE_MIN.toSeconds(), GraceRule.GRACE_MAX.toSeconds());
    var muted = body.flag("muted");
    body.complete();
    Body.require(
        seconds.isPresent() || muted.isPresent(), "one of graceSeconds and muted is needed");
    Optional<Duration> grace =
        seconds.isPresent()
            ? Optional.of(Duration.ofSeconds(seconds.getAsLong()))
            : Optional.empty();
    return new GraceRule(org, scope, subject, grace, muted.orElse(false));
  }

  private CompletionStage<HttpResponse> put(GraceRule rule) {
    return alerts.rules().put(rule).thenApply(_ -> Answers.json(200, rule(rule)));
  }

  private CompletionStage<HttpResponse> remove(Caller caller, Scope scope, String subject) {
    return alerts
        .rules()
        .remove(caller.org(), scope, subject)
        .thenApply(was -> was ? Answers.nothing() : Problem.NOT_FOUND.response());
  }

  private static JsonNode rule(GraceRule rule) {
    var json = Json.object().put("scope", rule.scope().word());
    switch (rule.scope()) {
      case DEVICE -> json.put("deviceId", rule.subject());
      case TAG -> json.put("tag", rule.subject());
      case ORGANIZATION -> {}
    }
    rule.grace().ifPresent(grace -> json.put("graceSeconds", grace.toSeconds()));
    return json.put("muted", rule.muted());
  }
}
