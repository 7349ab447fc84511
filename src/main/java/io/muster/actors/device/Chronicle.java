package io.muster.actors.device;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.device.DeviceEvent.CameOnline;
import io.muster.actors.device.DeviceEvent.CommandQueued;
import io.muster.actors.device.DeviceEvent.CommandSent;
import io.muster.actors.device.DeviceEvent.CommandSettled;
import io.muster.actors.device.DeviceEvent.WentAway;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * What has happened to devices, in the log of whoever wants to read it: one line for each fact at
 * the level DEBUG, with the ids by which lines of several nodes belong together. Of payloads
 * nothing is said.
 */
final class Chronicle {
  private static final Logger log = LoggerFactory.getLogger(Chronicle.class);

  private Chronicle() {}

  static void note(DeviceId id, OrgId org, List<DeviceEvent> facts) {
    if (log.isDebugEnabled()) {
      facts.forEach(
          fact ->
              with(fact, log.atDebug().addKeyValue("device", id).addKeyValue("organization", org))
                  .log(fact.getClass().getSimpleName()));
    }
  }

  private static LoggingEventBuilder with(DeviceEvent fact, LoggingEventBuilder line) {
    return switch (fact) {
      case CameOnline f -> line.addKeyValue("epoch", f.epoch()).addKeyValue("node", f.node());
      case WentAway f -> line.addKeyValue("epoch", f.epoch()).addKeyValue("reason", f.reason());
      case CommandQueued f -> {
        f.traceparent().ifPresent(trace -> line.addKeyValue("traceparent", trace));
        yield line.addKeyValue("command", f.order().id());
      }
      case CommandSent f ->
          line.addKeyValue("command", f.id())
              .addKeyValue("epoch", f.epoch())
              .addKeyValue("attempt", f.attempt());
      case CommandSettled f ->
          line.addKeyValue("command", f.id()).addKeyValue("outcome", f.outcome());
      default -> line;
    };
  }
}
