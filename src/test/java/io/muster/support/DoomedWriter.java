package io.muster.support;

import io.muster.actors.DeviceId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.device.DeviceEvent.CameOnline;
import io.muster.actors.device.DeviceEvent.Registered;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A process that journals into an embedded store without end and says, line by line, the epoch that
 * was acknowledged. It is there to be killed.
 */
public final class DoomedWriter {
  public static final DeviceId DEVICE = new DeviceId("doomed");

  private DoomedWriter() {}

  public static void main(String[] arguments) {
    var store = Store.embedded(Path.of(arguments[0]));
    store.journal(DEVICE, new Registered(new OrgId("acme"), "n", "ada", Instant.now()));
    for (long epoch = 1; ; epoch++) {
      store.journal(DEVICE, new CameOnline(epoch, new NodeId("n"), Instant.now()));
      System.out.println("acknowledged " + epoch);
    }
  }
}
