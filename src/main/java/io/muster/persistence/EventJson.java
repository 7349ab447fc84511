package io.muster.persistence;

import io.muster.actors.CommandId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.device.AwayReason;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceEvent.*;
import io.muster.actors.device.Order;
import io.muster.actors.device.Outcome;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Events as the journal spells them. What is written here is read for ever: a field is never
 * renamed or given another meaning; an event that changes gets a new version beside the old one.
 */
final class EventJson {
  private EventJson() {}

  // formatter:off
  static String manifest(DeviceEvent event) {
    return switch (event) {
      case Registered _     -> "registered.v1";
      case Renamed _        -> "renamed.v1";
      case Tagged _         -> "tagged.v1";
      case Untagged _       -> "untagged.v1";
      case Disabled _       -> "disabled.v1";
      case Enabled _        -> "enabled.v1";
      case WasRetired _     -> "was-retired.v1";
      case TokenIssued _    -> "token-issued.v1";
      case TokenRenewed _   -> "token-renewed.v1";
      case TokenUsed _      -> "token-used.v1";
      case TokenRevoked _   -> "token-revoked.v1";
      case CameOnline _     -> "came-online.v1";
      case WentAway _       -> "went-away.v1";
      case WentOffline _    -> "went-offline.v1";
      case CommandQueued _  -> "command-queued.v1";
      case CommandSent _    -> "command-sent.v1";
      case CommandSettled _ -> "command-settled.v1";
      case ContentNumbered _ -> "content-numbered.v1";
    };
  }

  static void write(JsonWriter json, DeviceEvent event) {
    switch (event) {
      case Registered e     -> json.text("org", e.org().value()).text("name", e.name()).text("by", e.by());
      case Renamed e        -> json.text("name", e.name()).text("by", e.by());
      case Tagged e         -> json.texts("tags", e.tags()).text("by", e.by());
      case Untagged e       -> json.texts("tags", e.tags()).text("by", e.by());
      case Disabled e       -> json.text("by", e.by());
      case Enabled e        -> json.text("by", e.by());
      case WasRetired e     -> json.text("by", e.by());
      case TokenIssued e    -> json.text("hash", e.hash()).instant("expires", e.expiresAt()).text("by", e.by());
      case TokenRenewed e   -> json.text("former", e.former()).text("hash", e.hash()).instant("expires", e.expiresAt());
      case TokenUsed e      -> json.text("hash", e.hash());
      case TokenRevoked e   -> json.text("by", e.by());
      case CameOnline e     -> json.number("epoch", e.epoch()).text("node", e.node().value());
      case WentAway e       -> json.number("epoch", e.epoch()).text("reason", word(e.reason())).instant("deadline", e.deadline());
      case WentOffline e    -> json.number("epoch", e.epoch());
      case CommandQueued e  -> json.object("order", order(e.order())).text("trace", e.traceparent()).text("key", e.key());
      case CommandSent e    -> json.text("id", e.id().value()).number("epoch", e.epoch()).number("attempt", e.attempt());
      case CommandSettled e -> json.text("id", e.id().value()).text("outcome", word(e.outcome()))
                                   .text("reason", e.reason()).text("evidence", e.evidence()).number("epoch", e.epoch());
      case ContentNumbered e -> json.text("playlist", e.playlistId()).instant("version", e.version()).number("print", e.print());
    }
    json.instant("at", event.at());
  }

  static DeviceEvent read(String manifest, JsonReader json) {
    var at = json.instant("at");
    return switch (manifest) {
      case "registered.v1"      -> new Registered(new OrgId(json.text("org")), json.text("name"), json.text("by"), at);
      case "renamed.v1"         -> new Renamed(json.text("name"), json.text("by"), at);
      case "tagged.v1"          -> new Tagged(new TreeSet<>(json.texts("tags")), json.text("by"), at);
      case "untagged.v1"        -> new Untagged(new TreeSet<>(json.texts("tags")), json.text("by"), at);
      case "disabled.v1"        -> new Disabled(json.text("by"), at);
      case "enabled.v1"         -> new Enabled(json.text("by"), at);
      case "was-retired.v1"     -> new WasRetired(json.text("by"), at);
      case "token-issued.v1"    -> new TokenIssued(json.text("hash"), json.instant("expires"), json.text("by"), at);
      case "token-renewed.v1"   -> new TokenRenewed(json.text("former"), json.text("hash"), json.instant("expires"), at);
      case "token-used.v1"      -> new TokenUsed(json.text("hash"), at);
      case "token-revoked.v1"   -> new TokenRevoked(json.text("by"), at);
      case "came-online.v1"     -> new CameOnline(json.number("epoch"), new NodeId(json.text("node")), at);
      case "went-away.v1"       -> new WentAway(json.number("epoch"), AwayReason.valueOf(constant(json, "reason")), json.instant("deadline"), at);
      case "went-offline.v1"    -> new WentOffline(json.number("epoch"), at);
      case "command-queued.v1"  -> new CommandQueued(order(json.object("order")), json.maybeText("trace"), json.maybeText("key"), at);
      case "command-sent.v1"    -> new CommandSent(new CommandId(json.text("id")), json.number("epoch"), (int) json.number("attempt"), at);
      case "command-settled.v1" -> new CommandSettled(new CommandId(json.text("id")), Outcome.valueOf(constant(json, "outcome")),
                                       json.maybeText("reason"), json.maybeText("evidence"), json.number("epoch"), at);
      case "content-numbered.v1" -> new ContentNumbered(json.text("playlist"), json.instant("version"), json.number("print"), at);
      default -> throw new IllegalArgumentException("no event is called '" + manifest + "' in this version");
    };
  }
  // formatter:on

  static JsonWriter.Fields order(Order order) {
    return json ->
        json.text("id", order.id().value())
            .text("type", order.type())
            .raw("payload", order.payload())
            .text("collapse", order.collapseKey())
            .text("by", order.by())
            .instant("at", order.at())
            .instant("expires", order.expiresAt());
  }

  static Order order(JsonReader json) {
    return new Order(
        new CommandId(json.text("id")),
        json.text("type"),
        json.maybeText("payload"),
        json.maybeText("collapse"),
        json.text("by"),
        json.instant("at"),
        json.instant("expires"));
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static String constant(JsonReader json, String field) {
    return json.text(field).toUpperCase(Locale.ROOT);
  }
}
