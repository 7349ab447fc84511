package io.muster.persistence;

import io.muster.actors.CommandId;
import io.muster.actors.DeviceId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceEvent.CameOnline;
import io.muster.actors.device.DeviceEvent.CommandSent;
import io.muster.actors.device.DeviceEvent.Registered;
import io.muster.support.Eventually;
import io.muster.support.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.pekko.Done;

/**
 * Figures, not a test: how fast a store takes events of many devices at once, and how fast the read
 * model follows. Arguments: {@code embedded|postgres}, devices, events of each.
 */
public final class StoreBench {
  private static final OrgId ORG = new OrgId("acme");
  private static final NodeId NODE = new NodeId("node-1");

  private final Store store;
  private final int devices;
  private final int each;

  private StoreBench(Store store, int devices, int each) {
    this.store = store;
    this.devices = devices;
    this.each = each;
  }

  public static void main(String[] arguments) {
    int devices = Integer.parseInt(arguments[1]);
    int each = Integer.parseInt(arguments[2]);
    var store = arguments[0].equals("embedded") ? Store.embedded() : Store.postgres();
    new StoreBench(store, devices, each).run();
    System.exit(0);
  }

  private void run() {
    var ports = new Ports.InStore(store);
    ports.holdBack();
    timed(
        "registering (tagged)",
        devices,
        () -> rounds(1, _ -> new Registered(ORG, "n", "x", now())));
    for (int round = 0; round < 3; round++) {
      timed("commands (untagged)", devices * each, () -> rounds(each, this::sent));
    }
    for (int round = 0; round < 2; round++) {
      timed("transitions (tagged)", devices * each, () -> rounds(each, this::online));
    }
    timed(
        "projecting what was held back",
        devices * (1 + 2 * each),
        () -> {
          ports.goOn();
          caughtUp(ports);
        });
    timed(
        "transitions while projecting, until projected",
        devices * each,
        () -> {
          rounds(each, this::online);
          caughtUp(ports);
        });
    for (int i = 0; i < 5; i++) {
      timed("picture", devices, () -> Eventually.await(ports.roster().picture(ORG)));
    }
    for (int i = 0; i < 5; i++) {
      long from = System.nanoTime();
      store.journal(id(i), online(0));
      caughtUp(ports);
      System.out.printf("one event in the table after %d ms%n", millis(from));
    }
    ports.close();
  }

  private static void caughtUp(Ports ports) {
    Eventually.await(ports.roster().head().thenCompose(ports.roster()::caughtUp));
  }

  private DeviceEvent sent(int n) {
    return new CommandSent(new CommandId("c"), n, 1, now());
  }

  private DeviceEvent online(int n) {
    return new CameOnline(n, NODE, now());
  }

  private static Instant now() {
    return Instant.now();
  }

  private static DeviceId id(int device) {
    return new DeviceId("d-" + device);
  }

  /** Every device writes its next event when the last one is acknowledged. */
  private void rounds(int count, IntFunction<DeviceEvent> event) {
    Eventually.await(
        CompletableFuture.allOf(
            IntStream.range(0, devices)
                .mapToObj(device -> life(id(device), count, event).toCompletableFuture())
                .toArray(CompletableFuture[]::new)));
  }

  private CompletionStage<Done> life(DeviceId id, int count, IntFunction<DeviceEvent> event) {
    CompletionStage<Done> all = CompletableFuture.completedStage(Done.done());
    for (int i = 0; i < count; i++) {
      int n = i;
      all = all.thenCompose(_ -> store.write(id, event.apply(n)));
    }
    return all;
  }

  private static void timed(String what, int count, Runnable work) {
    long from = System.nanoTime();
    work.run();
    long millis = millis(from);
    System.out.printf(
        "%-46s %7d in %6d ms = %6d/s%n", what, count, millis, count * 1000L / Math.max(1, millis));
  }

  private static long millis(long from) {
    return Duration.ofNanos(System.nanoTime() - from).toMillis();
  }
}
