package io.muster.torture;

import java.util.Optional;

/** What was seen from outside, or done to the nodes. Times are milliseconds since 1970. */
sealed interface Fact {

  // ── devices ──

  /** The device was let in at a node. */
  record Came(String device, String node, long at) implements Fact {}

  /** Its connection has ended, by whomever. */
  record Left(String device, long at) implements Fact {}

  /** A command was there for the first time, and was carried out. */
  record Did(String device, String command, long at) implements Fact {}

  /** From now on it never comes back. */
  record Vanished(String device, long at) implements Fact {}

  /** It was told with a code after which real clients never come back. */
  record SentAway(String device, int code, long at) implements Fact {}

  // ── operators ──

  /**
   * One intention and its answer, under one idempotency key however often it was sent.
   *
   * @param turn of the operator, who waits for each answer
   * @param command empty when it was refused, or when nobody answered
   */
  record Asked(
      String operator,
      long turn,
      String device,
      long from,
      long to,
      Optional<String> command,
      boolean isCertain)
      implements Fact {}

  /** What became of a command, in the end. */
  record Settled(String command, String state) implements Fact {}

  /** One answer to a question for a device. */
  record Read(String device, long from, long to, String status, long epoch, long seq)
      implements Fact {}

  /** A device was told offline to people. */
  record Alert(String device, long at) implements Fact {}

  // ── dashboards, and the truth they should show, when all is quiet ──

  record Shown(String dashboard, String device, String status, long epoch, long seq)
      implements Fact {}

  record Truth(String device, String status, long epoch, long seq) implements Fact {}

  // ── rooms ──

  /** An event that somebody was answered is kept. */
  record Published(String room, long number, String id) implements Fact {}

  /** A guest was told it, in this order. */
  record Heard(String guest, String room, long number, String id) implements Fact {}

  /** A guest was told that not all can be told. */
  record BeganAnew(String guest, String room) implements Fact {}

  /** What is kept in the end, in order. */
  record Kept(String room, long number, String id) implements Fact {}

  // ── what was done to the nodes ──

  /** A node was told to stop, and ended. */
  record Stopped(String node, int status, long from, long to) implements Fact {}

  /** Nothing is promised to those connected to it. */
  record Trouble(String node, String fault, long from, long to) implements Fact {}
}
