package io.muster.persistence;

import io.muster.actors.CommandId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.content.Numbering;
import io.muster.actors.content.Numbering.Numbered;
import io.muster.actors.device.AwayReason;
import io.muster.actors.device.Credentials;
import io.muster.actors.device.Credentials.Issued;
import io.muster.actors.device.DeviceState;
import io.muster.actors.device.DeviceState.Profile;
import io.muster.actors.device.PendingCommands;
import io.muster.actors.device.PendingCommands.Attempt;
import io.muster.actors.device.PendingCommands.Pending;
import io.muster.actors.device.RecentKeys;
import io.muster.actors.device.RecentKeys.Used;
import io.muster.actors.device.Status;
import io.muster.actors.device.Status.*;
import java.util.TreeSet;

/** A snapshot of a device: everything its events so far amount to. */
final class StateJson {
  static final String MANIFEST = "device-state.v1";

  private StateJson() {}

  static void write(JsonWriter json, DeviceState state) {
    state.profile().ifPresent(profile -> json.object("profile", profile(profile)));
    json.object("status", status(state.status()))
        .number("epoch", state.epoch())
        .object("tokens", credentials(state.credentials()))
        .objects("pending", state.pending().queue(), StateJson::write)
        .objects("keys", state.keys().used(), StateJson::write);
    if (!state.content().isEmpty()) {
      json.object("content", numbering(state.content()));
    }
  }

  static DeviceState read(JsonReader json) {
    return new DeviceState(
        json.maybeObject("profile").map(StateJson::profile),
        status(json.object("status")),
        json.number("epoch"),
        credentials(json.object("tokens")),
        new PendingCommands(json.objects("pending", StateJson::pending)),
        new RecentKeys(json.objects("keys", StateJson::used)),
        json.maybeObject("content").map(StateJson::numbering).orElse(Numbering.NONE));
  }

  private static JsonWriter.Fields profile(Profile profile) {
    return json ->
        json.text("org", profile.org().value())
            .text("name", profile.name())
            .texts("tags", profile.tags())
            .flag("disabled", profile.disabled());
  }

  private static Profile profile(JsonReader json) {
    return new Profile(
        new OrgId(json.text("org")),
        json.text("name"),
        new TreeSet<>(json.texts("tags")),
        json.flag("disabled"));
  }

  // formatter:off
  private static JsonWriter.Fields status(Status status) {
    return json -> {
      switch (status) {
        case NeverSeen _ -> json.text("is", "never-seen");
        case Online s    -> json.text("is", "online").number("epoch", s.epoch()).text("node", s.node().value());
        case Away s      -> json.text("is", "away").number("epoch", s.epoch()).text("reason", EventJson.word(s.reason())).instant("deadline", s.deadline());
        case Offline _   -> json.text("is", "offline");
        case Retired _   -> json.text("is", "retired");
      }
      json.instant("since", status.since());
    };
  }

  private static Status status(JsonReader json) {
    var since = json.instant("since");
    return switch (json.text("is")) {
      case "never-seen" -> new NeverSeen(since);
      case "online"     -> new Online(json.number("epoch"), new NodeId(json.text("node")), since);
      case "away"       -> new Away(json.number("epoch"), AwayReason.valueOf(EventJson.constant(json, "reason")), since, json.instant("deadline"));
      case "offline"    -> new Offline(since);
      case "retired"    -> new Retired(since);
      default -> throw new IllegalArgumentException("no status is called '" + json.text("is") + "' in this version");
    };
  }
  // formatter:on

  private static JsonWriter.Fields credentials(Credentials credentials) {
    return json ->
        json.objects("live", credentials.live(), StateJson::write)
            .texts("ended", credentials.ended())
            .instant("revoked", credentials.revokedAt())
            .instant("renewed", credentials.renewedAt());
  }

  private static Credentials credentials(JsonReader json) {
    return new Credentials(
        json.objects("live", StateJson::issued),
        json.texts("ended"),
        json.maybeInstant("revoked"),
        json.maybeInstant("renewed"));
  }

  private static void write(JsonWriter json, Issued token) {
    json.text("hash", token.hash())
        .instant("expires", token.expiresAt())
        .flag("used", token.used())
        .text("former", token.former());
  }

  private static Issued issued(JsonReader json) {
    return new Issued(
        json.text("hash"), json.instant("expires"), json.flag("used"), json.maybeText("former"));
  }

  private static JsonWriter.Fields numbering(Numbering content) {
    return json ->
        json.objects("recent", content.recent(), StateJson::write)
            .instant("floor", content.floor());
  }

  private static Numbering numbering(JsonReader json) {
    return new Numbering(json.objects("recent", StateJson::numbered), json.maybeInstant("floor"));
  }

  private static void write(JsonWriter json, Numbered number) {
    json.text("playlist", number.playlistId())
        .instant("version", number.version())
        .number("print", number.print());
  }

  private static Numbered numbered(JsonReader json) {
    return new Numbered(json.text("playlist"), json.instant("version"), json.number("print"));
  }

  private static void write(JsonWriter json, Pending pending) {
    json.object("order", EventJson.order(pending.order()))
        .objects("attempts", pending.attempts(), StateJson::write)
        .text("trace", pending.traceparent());
  }

  private static Pending pending(JsonReader json) {
    return new Pending(
        EventJson.order(json.object("order")),
        json.objects("attempts", StateJson::attempt),
        json.maybeText("trace"));
  }

  private static void write(JsonWriter json, Attempt attempt) {
    json.number("number", attempt.number())
        .number("epoch", attempt.epoch())
        .instant("at", attempt.at());
  }

  private static Attempt attempt(JsonReader json) {
    return new Attempt((int) json.number("number"), json.number("epoch"), json.instant("at"));
  }

  private static void write(JsonWriter json, Used used) {
    json.text("key", used.key())
        .text("id", used.id().value())
        .number("print", used.fingerprint())
        .instant("at", used.at());
  }

  private static Used used(JsonReader json) {
    return new Used(
        json.text("key"),
        new CommandId(json.text("id")),
        (int) json.number("print"),
        json.instant("at"));
  }
}
