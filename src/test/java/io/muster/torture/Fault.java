package io.muster.torture;

import io.muster.support.Postgres.Outage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What can befall a cluster. Each ends well: afterwards all nodes are ready again. */
enum Fault {
  /** One node is told to stop. */
  STOP {
    @Override
    void befall(Scene scene) throws InterruptedException {
      restart(scene, scene.anyNode());
    }
  },
  /** All nodes, one after the other, as an upgrade does it. */
  UPGRADE {
    @Override
    void befall(Scene scene) throws InterruptedException {
      for (Node node : scene.nodes()) {
        restart(scene, node);
      }
    }
  },
  KILL {
    @Override
    void befall(Scene scene) throws InterruptedException {
      kill(scene, scene.anyNode());
    }
  },
  /** The one where singletons and the coordinator of the shards live. */
  KILL_THE_OLDEST {
    @Override
    void befall(Scene scene) throws InterruptedException {
      kill(scene, scene.oldest());
    }
  },
  /** It stands still until long after the others have gone on without it. */
  PAUSE {
    @Override
    void befall(Scene scene) throws InterruptedException {
      var node = scene.anyNode();
      long from = History.now();
      node.pause();
      Thread.sleep(scene.shortened(Duration.ofSeconds(40)));
      node.resume();
      Thread.sleep(SOON);
      node.awaitReady(scene.clients());
      node.wasInTrouble(name(), from);
    }
  },
  /** A hiccup that nobody should mind. */
  HICCUP {
    @Override
    void befall(Scene scene) throws InterruptedException {
      var node = scene.anyNode();
      long from = History.now();
      node.pause();
      Thread.sleep(1_500);
      node.resume();
      node.awaitReady(scene.clients());
      node.wasInTrouble(name(), from);
    }
  },
  /** One node and the other two do not hear each other. Clients and the database reach all. */
  PARTITION {
    @Override
    void befall(Scene scene) throws InterruptedException {
      var alone = scene.anyNode();
      long from = History.now();
      var cuts = new ArrayList<Outage>();
      for (Node other : scene.nodes()) {
        if (other != alone) {
          cuts.add(alone.door().silence(other.address()));
          cuts.add(other.door().silence(alone.address()));
        }
      }
      Thread.sleep(scene.shortened(Duration.ofSeconds(30)));
      cuts.forEach(Outage::close);
      Thread.sleep(SOON);
      alone.awaitReady(scene.clients());
      alone.wasInTrouble(name(), from);
    }
  },
  /** The clock of one machine is set, by an hour to the future and then to the past. */
  CLOCK {
    @Override
    boolean isPossible(Scene scene) {
      return scene.clock().isPresent();
    }

    @Override
    void befall(Scene scene) throws InterruptedException {
      var clock = scene.clock().orElseThrow();
      for (int hours : new int[] {1, -1, 0}) {
        clock.set(hours);
        Thread.sleep(scene.shortened(Duration.ofSeconds(15)));
      }
    }
  },
  SLOW_JOURNAL {
    @Override
    void befall(Scene scene) throws InterruptedException {
      outage(
          scene,
          scene.nodes(),
          scene.nodes().stream()
              .map(node -> node.database().delay(Duration.ofMillis(200)))
              .toList());
    }
  },
  NO_JOURNAL {
    @Override
    void befall(Scene scene) throws InterruptedException {
      outage(
          scene,
          scene.nodes(),
          scene.nodes().stream().map(node -> node.database().refuse()).toList());
    }
  },
  SILENT_JOURNAL_OF_ONE {
    @Override
    void befall(Scene scene) throws InterruptedException {
      var node = scene.anyNode();
      outage(scene, List.of(node), List.of(node.database().silence()));
    }
  },
  /**
   * The database can be read and takes nothing. Then it crashes, because there is no room for its
   * log of writes either, until the disk has room again and somebody starts it.
   */
  FULL_DISK {
    @Override
    boolean isPossible(Scene scene) {
      return scene.database().hasSmallDisk();
    }

    @Override
    void befall(Scene scene) throws IOException, InterruptedException {
      var full = scene.database().fillDisk();
      outage(scene, scene.nodes(), List.of(full), scene.database()::crash);
    }
  },
  /** All devices lose power at once, and have it again. */
  POWER_CUT {
    @Override
    void befall(Scene scene) throws InterruptedException {
      scene.players().forEach(Player::drop);
      scene.awaitAllIn();
    }
  },
  /**
   * The network of a shop goes dark, for ever: nobody there says goodbye, and no packet is refused.
   */
  DARK_SHOP {
    @Override
    void befall(Scene scene) {
      scene.darken();
    }
  },
  /** Two devices go, for ever. */
  VANISH {
    @Override
    void befall(Scene scene) {
      scene.vanish(2);
    }
  };

  /** Enough for a process to notice what happened to it, and to end of it. */
  private static final long SOON = 3_000;

  private static final Duration OUTAGE = Duration.ofSeconds(15);

  abstract void befall(Scene scene) throws IOException, InterruptedException;

  /** Whether this machine has what it takes. */
  boolean isPossible(Scene scene) {
    return true;
  }

  private static void restart(Scene scene, Node node) throws InterruptedException {
    node.terminate();
    node.awaitReady(scene.clients());
  }

  private static void kill(Scene scene, Node node) throws InterruptedException {
    long from = History.now();
    node.kill();
    Thread.sleep(SOON);
    node.awaitReady(scene.clients());
    node.wasInTrouble("KILL", from);
  }

  private static void outage(Scene scene, List<Node> nodes, List<Outage> outages)
      throws InterruptedException {
    outage(scene, nodes, outages, () -> {});
  }

  private static void outage(Scene scene, List<Node> nodes, List<Outage> outages, Runnable halfway)
      throws InterruptedException {
    long from = History.now();
    Thread.sleep(scene.shortened(OUTAGE.dividedBy(2)));
    halfway.run();
    Thread.sleep(scene.shortened(OUTAGE.dividedBy(2)));
    outages.forEach(Outage::close);
    for (Node node : nodes) {
      node.awaitReady(scene.clients());
      node.wasInTrouble("JOURNAL", from);
    }
  }
}
