package io.muster.support;

import io.muster.persistence.Database;
import io.muster.persistence.PersistenceSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

/** A database of the test server with the tables of a CMS beside ours, and a clock that stands. */
public final class CmsStore implements AutoCloseable {
  private final Postgres.Fresh fresh = Postgres.shared().database();
  private final CmsSchema cms = CmsSchema.create(fresh.url());
  private final Database database =
      Database.open(PersistenceSettings.of(Optional.of(fresh.url()), Path.of("unused")));
  private volatile Instant now = Instant.parse("2026-03-02T09:00:00Z");

  public CmsSchema cms() {
    return cms;
  }

  public Database database() {
    return database;
  }

  public Instant now() {
    return now;
  }

  public void at(String moment) {
    now = Instant.parse(moment);
  }

  public void pass(Duration time) {
    now = now.plus(time);
  }

  public Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return now;
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  @Override
  public void close() {
    database.close();
    cms.close();
    fresh.close();
  }
}
