package io.muster.http.device;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.tenant.TenantBoard;
import io.muster.actors.tenant.TenantChange;
import io.muster.http.Json;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The devices that are connected to this node, by organisation: those who are told when theirs is
 * suspended. Thread-safe.
 */
public final class Present {
  private final TenantBoard tenants;

  // The inner maps are touched inside of compute only, so that an empty one can be let go of.
  private final Map<OrgId, Map<Socket, DeviceId>> devices = new ConcurrentHashMap<>();

  public Present(TenantBoard tenants) {
    this.tenants = tenants;
  }

  /** Who comes while its organisation is suspended hears so after everybody has been asked in. */
  void came(OrgId org, DeviceId id, Socket socket) {
    devices.compute(
        org,
        (_, known) -> {
          var here = known == null ? new HashMap<Socket, DeviceId>() : known;
          here.put(socket, id);
          return here;
        });
    tenants.suspension(org).ifPresent(suspended -> socket.send(frame(suspended)));
  }

  /** What its devices shall show is withheld, also from those who ask. */
  boolean isSuspended(OrgId org) {
    return tenants.isSuspended(org);
  }

  void left(OrgId org, Socket socket) {
    devices.computeIfPresent(
        org,
        (_, here) -> {
          here.remove(socket);
          return here.isEmpty() ? null : here;
        });
  }

  /** To each device of the organisation, in the words of the wire. */
  public void tell(TenantChange change) {
    var frame = frame(change);
    of(change.org()).keySet().forEach(socket -> socket.send(frame));
  }

  public void each(OrgId org, Consumer<DeviceId> deed) {
    of(org).values().forEach(deed);
  }

  private Map<Socket, DeviceId> of(OrgId org) {
    var copy = new HashMap<Socket, DeviceId>();
    devices.computeIfPresent(
        org,
        (_, here) -> {
          copy.putAll(here);
          return here;
        });
    return copy;
  }

  private static Frame frame(TenantChange change) {
    var data = Json.object();
    change.reason().ifPresent(reason -> data.put("reason", reason));
    return Frame.event(event(change), data);
  }

  /** The name of the event on the wire. */
  public static String event(TenantChange change) {
    return switch (change) {
      case TenantChange.Suspended _ -> "tenant:suspended";
      case TenantChange.Resumed _ -> "tenant:resumed";
    };
  }
}
