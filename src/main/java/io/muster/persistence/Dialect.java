package io.muster.persistence;

import java.util.Map;

/** The two stores, and the little in which they differ. */
enum Dialect {
  // A snapshot with a full queue of commands outgrows H2's VARBINARY (1 MB). H2 compares by code
  // point already.
  H2("slick.jdbc.H2Profile$", "org.h2.Driver", "h2-dialect", "blob", ""),
  POSTGRESQL(
      "slick.jdbc.PostgresProfile$",
      "org.postgresql.Driver",
      "postgres-dialect",
      "bytea",
      "collate \"C\"");

  final String slickProfile;
  final String driver;
  final String projectionDialect;
  private final String bytes;
  private final String bytewise;

  Dialect(
      String slickProfile, String driver, String projectionDialect, String bytes, String bytewise) {
    this.slickProfile = slickProfile;
    this.driver = driver;
    this.projectionDialect = projectionDialect;
    this.bytes = bytes;
    this.bytewise = bytewise;
  }

  /** What the migrations leave open. */
  Map<String, String> placeholders() {
    return Map.of("bytes", bytes, "bytewise", bytewise);
  }
}
