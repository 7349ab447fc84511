package io.muster.support;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tables of the CMS in schema {@code public}, as its back end makes them: camelCase names,
 * times without a zone that are UTC, no defaults for {@code id} and {@code updatedAt}. Rows get
 * harmless values for whatever a test does not speak of.
 */
public final class CmsSchema implements AutoCloseable {
  /** The {@code updatedAt} of every row that is not given another. */
  public static final Instant WRITTEN = Instant.parse("2026-01-01T00:00:00Z");

  private static final String TABLES =
      """
      create table public.organizations (
        id text primary key,
        name text not null,
        "subscriptionStatus" text not null default 'trial',
        "createdAt" timestamp(3) not null default current_timestamp,
        "updatedAt" timestamp(3) not null
      );
      create table public."Playlist" (
        id text primary key,
        name text not null,
        "organizationId" text not null references public.organizations(id) on delete cascade,
        loop boolean not null default true,
        "isDefault" boolean not null default false,
        "createdAt" timestamp(3) not null default current_timestamp,
        "updatedAt" timestamp(3) not null
      );
      create table public.devices (
        id text primary key,
        "organizationId" text not null references public.organizations(id) on delete cascade,
        "deviceIdentifier" text not null unique,
        nickname text,
        "jwtToken" text,
        status text not null default 'offline',
        "lastHeartbeat" timestamp(3),
        "isDisabled" boolean not null default false,
        metadata jsonb,
        timezone text not null default 'UTC',
        "currentPlaylistId" text references public."Playlist"(id) on delete set null,
        "lastScreenshot" text,
        "lastScreenshotAt" timestamp(3),
        "createdAt" timestamp(3) not null default current_timestamp,
        "updatedAt" timestamp(3) not null
      );
      create table public."Content" (
        id text primary key,
        name text not null,
        type text not null,
        url text not null,
        thumbnail text,
        "mimeType" text,
        duration integer default 10,
        metadata jsonb,
        status text not null default 'active',
        "expiresAt" timestamp(3),
        "organizationId" text not null references public.organizations(id) on delete cascade,
        "createdAt" timestamp(3) not null default current_timestamp,
        "updatedAt" timestamp(3) not null
      );
      create table public."PlaylistItem" (
        id text primary key,
        "playlistId" text not null references public."Playlist"(id) on delete cascade,
        "contentId" text not null references public."Content"(id) on delete cascade,
        "order" integer not null,
        duration integer,
        "createdAt" timestamp(3) not null default current_timestamp
      );
      create table public."DisplayGroupMember" (
        id text primary key,
        "displayId" text not null references public.devices(id) on delete cascade,
        "displayGroupId" text not null
      );
      create table public."Schedule" (
        id text primary key,
        name text not null,
        "organizationId" text not null references public.organizations(id) on delete cascade,
        "playlistId" text not null references public."Playlist"(id) on delete cascade,
        "displayId" text references public.devices(id) on delete cascade,
        "displayGroupId" text,
        "isActive" boolean not null default true,
        priority integer not null default 0,
        "startDate" timestamp(3) not null,
        "endDate" timestamp(3),
        "startTime" integer,
        "endTime" integer,
        "daysOfWeek" integer[],
        "createdAt" timestamp(3) not null default current_timestamp,
        "updatedAt" timestamp(3) not null
      );
      create table public.notifications (
        id text primary key,
        type text not null,
        title text not null,
        message text not null,
        severity text not null default 'info',
        metadata jsonb,
        "organizationId" text not null references public.organizations(id) on delete cascade,
        "userId" text,
        read boolean not null default false,
        "dismissedAt" timestamp(3),
        "createdAt" timestamp(3) not null default current_timestamp,
        "updatedAt" timestamp(3) not null
      );
      create table public.content_impressions (
        id text primary key,
        "organizationId" text not null,
        "contentId" text not null references public."Content"(id) on delete cascade,
        "displayId" text not null references public.devices(id) on delete cascade,
        "playlistId" text references public."Playlist"(id) on delete set null,
        duration integer,
        "completionPercentage" integer,
        timestamp timestamp(3) not null default current_timestamp,
        date date not null,
        hour integer not null
      );
      """;

  private final Connection connection;
  private int numbers;

  private CmsSchema(Connection connection) {
    this.connection = connection;
  }

  /**
   * Makes the tables in an empty database.
   *
   * @param url in JDBC form, such as {@link Postgres.Fresh#url}
   */
  public static CmsSchema create(String url) {
    try {
      var schema = new CmsSchema(DriverManager.getConnection(url));
      schema.execute(TABLES);
      return schema;
    } catch (SQLException e) {
      throw new IllegalStateException("no CMS tables in " + url, e);
    }
  }

  // ── rows ──

  public void organization(String id, String subscriptionStatus) {
    insert(
        "organizations",
        Map.of("id", id, "name", id, "subscriptionStatus", subscriptionStatus),
        Map.of("updatedAt", WRITTEN));
  }

  /** Paired under the token's hash, enabled, without a playlist, in UTC, offline. */
  public void device(String id, String org, Map<String, ?> more) {
    insert(
        "devices",
        Map.of("id", id, "organizationId", org, "deviceIdentifier", "box-" + id),
        Map.of("updatedAt", WRITTEN),
        more);
  }

  public void playlist(String id, String org, Map<String, ?> more) {
    insert(
        "\"Playlist\"",
        Map.of("id", id, "name", "Playlist " + id, "organizationId", org),
        Map.of("updatedAt", WRITTEN),
        more);
  }

  /** An image on the web, active, without an end. */
  public void content(String id, String org, Map<String, ?> more) {
    insert(
        "\"Content\"",
        Map.of("id", id, "name", "Content " + id, "organizationId", org, "type", "image"),
        Map.of("url", "https://cdn.example/" + id + ".png", "updatedAt", WRITTEN),
        more);
  }

  /** Makes the content the next item of the playlist. */
  public void item(String playlist, String content, Map<String, ?> more) {
    int number = numbers++;
    insert(
        "\"PlaylistItem\"",
        Map.of("id", "item-" + number, "playlistId", playlist, "contentId", content),
        Map.of("order", number),
        more);
  }

  /** Active on every day, the whole day, without an end; {@code more} says for whom. */
  public void schedule(String id, String org, String playlist, Map<String, ?> more) {
    insert(
        "\"Schedule\"",
        Map.of("id", id, "name", id, "organizationId", org, "playlistId", playlist),
        Map.of("startDate", WRITTEN, "daysOfWeek", List.of(0, 1, 2, 3, 4, 5, 6)),
        Map.of("updatedAt", WRITTEN),
        more);
  }

  public void member(String group, String device) {
    insert(
        "\"DisplayGroupMember\"",
        Map.of("id", "member-" + numbers++, "displayGroupId", group, "displayId", device));
  }

  /**
   * @param table quoted if it needs it
   * @param parts later ones over earlier ones; instants become times without a zone, lists integer
   *     arrays, and texts of {@code metadata} JSON
   */
  @SafeVarargs
  public final void insert(String table, Map<String, ?>... parts) {
    var row = new LinkedHashMap<String, Object>();
    for (Map<String, ?> part : parts) {
      row.putAll(part);
    }
    var columns = row.keySet().stream().map(name -> '"' + name + '"').toList();
    var marks =
        row.keySet().stream()
            .map(name -> name.equals("metadata") ? "cast(? as jsonb)" : "?")
            .toList();
    execute(
        "insert into public.%s (%s) values (%s)"
            .formatted(table, String.join(", ", columns), String.join(", ", marks)),
        row.values().toArray());
  }

  // ── anything else ──

  /** One statement with values, or several without; the number of rows of a single one. */
  public synchronized int execute(String sql, Object... values) {
    try {
      if (values.length == 0) {
        try (var statement = connection.createStatement()) {
          statement.execute(sql);
          return statement.getUpdateCount();
        }
      }
      try (var statement = connection.prepareStatement(sql)) {
        for (int i = 0; i < values.length; i++) {
          statement.setObject(i + 1, column(values[i]));
        }
        return statement.executeUpdate();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private Object column(Object value) throws SQLException {
    return switch (value) {
      case Instant at -> LocalDateTime.ofInstant(at, ZoneOffset.UTC);
      case List<?> days -> connection.createArrayOf("int4", days.toArray());
      default -> value;
    };
  }

  /** The first column of the first row as text; empty for null and for no row. */
  public synchronized Optional<String> text(String sql, Object... values) {
    try (var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, column(values[i]));
      }
      try (var found = statement.executeQuery()) {
        return found.next() ? Optional.ofNullable(found.getString(1)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** A column of the device's row as text. */
  public Optional<String> ofDevice(String id, String column) {
    return text("select \"%s\" from public.devices where id = ?".formatted(column), id);
  }

  /** A time of the device's row. */
  public synchronized Optional<Instant> timeOfDevice(String id, String column) {
    var sql = "select \"%s\" from public.devices where id = ?".formatted(column);
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, id);
      try (var found = statement.executeQuery()) {
        return found.next()
            ? Optional.ofNullable(found.getObject(1, LocalDateTime.class))
                .map(at -> at.toInstant(ZoneOffset.UTC))
            : Optional.empty();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Every row of the table as JSON text, in the order of ids. */
  public synchronized List<String> rows(String table) {
    var rows = new ArrayList<String>();
    var sql = "select to_json(t) from public.%s t order by t.id".formatted(table);
    try (var statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      while (found.next()) {
        rows.add(found.getString(1));
      }
      return Collections.unmodifiableList(rows);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
