package io.muster.actors.device;

import io.muster.actors.DeviceId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** Opens sessions for the device sockets of this node. */
public final class DeviceSessions {
  private final ActorSystem<?> system;
  private final DispatcherSelector dispatcher;
  private final Devices devices;
  private final NodeId node;
  private final Map<ScheduledExecutorService, SessionLoop> loops = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();

  public DeviceSessions(
      ActorSystem<?> system, DispatcherSelector dispatcher, Devices devices, NodeId node) {
    this.system = system;
    this.dispatcher = dispatcher;
    this.devices = devices;
    this.node = node;
  }

  /**
   * A client with a verified token wants to own a device. {@code line} hears of the outcome within
   * 8 seconds.
   *
   * @param loop the socket's; the session and its line are confined to it
   */
  public DeviceSession open(
      Comer comer,
      DeviceSession.Line line,
      ScheduledExecutorService loop,
      BooleanSupplier isOnLoop) {
    var shared = loops.computeIfAbsent(loop, l -> sessionLoop(l, isOnLoop));
    var session = new DeviceSession(comer.id(), comer.org(), line, shared, devices);
    shared.open(new SessionLoop.Opening(session, comer.proof(), comer.acknowledges()));
    return session;
  }

  private SessionLoop sessionLoop(ScheduledExecutorService loop, BooleanSupplier isOnLoop) {
    return new SessionLoop(
        loop,
        isOnLoop,
        System::nanoTime,
        node,
        behavior ->
            system.systemActorOf(
                behavior, "device-sessions-" + numbers.incrementAndGet(), dispatcher));
  }

  public record Comer(DeviceId id, OrgId org, DeviceCommand.Proof proof, boolean acknowledges) {}
}
