package io.muster.http;

import io.muster.actors.OrgId;
import io.muster.actors.dashboard.Relay;
import io.muster.actors.dashboard.ToDashboard.Told;
import io.muster.actors.device.DeviceCommand.TenantResumed;
import io.muster.actors.device.Devices;
import io.muster.actors.tenant.TenantBoard;
import io.muster.actors.tenant.TenantChange;
import io.muster.http.device.Present;
import java.util.Optional;

/** Tells the devices and dashboards of this node what has become of their organisation. */
public record TenantNews(Present present, Relay relay, Devices devices)
    implements TenantBoard.Audience {

  @Override
  public void told(TenantChange change) {
    present.tell(change);
    var data = Json.object();
    change.reason().ifPresent(reason -> data.put("reason", reason));
    relay.publishHere(
        change.org(), new Told(Present.event(change), Json.text(data), Optional.empty()));
  }

  @Override
  public void wake(OrgId org) {
    present.each(org, id -> devices.tell(id, new TenantResumed()));
  }
}
