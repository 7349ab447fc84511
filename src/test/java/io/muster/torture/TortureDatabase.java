package io.muster.torture;

import io.muster.support.Postgres;
import io.muster.support.Postgres.Outage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What all nodes of a run share: on a disk that can be full, where this machine has such. */
final class TortureDatabase implements AutoCloseable {
  private final Optional<SmallDisk> disk;
  private final Postgres server;
  private final Postgres.Fresh database;

  private TortureDatabase(Optional<SmallDisk> disk, Postgres server) {
    this.disk = disk;
    this.server = server;
    this.database = server.database();
  }

  /**
   * @param dir for its disk and its words
   */
  static TortureDatabase in(Path dir) throws IOException, InterruptedException {
    var disk =
        Postgres.isExternal() ? Optional.<SmallDisk>empty() : SmallDisk.in(dir.resolve("disk"));
    var server =
        disk.map(one -> Postgres.on(one.dir().resolve("data"), dir.resolve("database.log")))
            .orElseGet(Postgres::shared);
    return new TortureDatabase(disk, server);
  }

  String url() {
    return database.url();
  }

  boolean hasSmallDisk() {
    return disk.isPresent();
  }

  /** Until the outage is closed; then it takes what is written again. */
  Outage fillDisk() throws IOException, InterruptedException {
    var full = disk.orElseThrow().fill();
    return () -> {
      full.close();
      server.awaitTaking();
    };
  }

  /** It ends of a full disk, as it does when its log of writes has no room any more. */
  void crash() {
    server.turnLogOver();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    database.close();
    if (disk.isPresent()) {
      server.end();
      disk.get().close();
    }
  }
}
