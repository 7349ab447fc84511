package io.muster.actors.room;

/** How much an event matters where not everything can be told. Never changes the order. */
public enum Priority {
  LOW,
  NORMAL,
  HIGH,
  CRITICAL
}
