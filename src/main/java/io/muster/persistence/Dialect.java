package io.muster.persistence;

import java.util.Map;

/** The two stores, and the little in which they differ. */
enum Dialect {
  // A snapshot with a full queue of commands outgrows H2's VARBINARY (1 MB). H2 compares by code
  // point already.
  H2("slick.jdbc.H2Profile$", "org.h2.Driver", "h2-dialect", 1, "blob", ""),
  POSTGRESQL(
      "slick.jdbc.PostgresProfile$",
      "org.postgresql.Driver",
      "postgres-dialect",
      8,
      "bytea",
      "collate \"C\"");

  final String slickProfile;
  final String driver;
  final String projectionDialect;

  /** Transactions that may write to the journal at once. One leaves no holes in the order. */
  final int journalWriters;

  private final String bytes;
  private final String bytewise;

  Dialect(
      String slickProfile,
      String driver,
      String projectionDialect,
      int journalWriters,
      String bytes,
      String bytewise) {
    this.slickProfile = slickProfile;
    this.driver = driver;
    this.projectionDialect = projectionDialect;
    this.journalWriters = journalWriters;
    this.bytes = bytes;
    this.bytewise = bytewise;
  }

  /** What the migrations leave open. */
  Map<String, String> placeholders() {
    return Map.of("bytes", bytes, "bytewise", bytewise);
  }
}
