package io.muster.actors;

/**
 * Which organisations are suspended: their devices stay connected, content and commands wait. Asked
 * often, so the answer is kept on each node; it is renewed at once when a change is told and slowly
 * otherwise.
 */
public interface Tenants {
  Tenants ALL_ACTIVE = _ -> false;

  boolean isSuspended(OrgId org);
}
