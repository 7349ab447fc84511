/**
 * Simulated clients over the real wire: the demo's fleet and the bench tool in one.
 *
 * <p>It shares nothing with the gateway's own edge, so that a mistake there cannot hide here, and
 * runs on a single event loop, because it usually shares the machine with the gateway it measures;
 * nothing in it is synchronised and nothing may block that loop. The flow: {@link
 * io.muster.app.swarm.Pacer} says when, {@link io.muster.app.swarm.Swarm} says which device, {@link
 * io.muster.app.swarm.SimulatedDevice} behaves as the shipped clients do, {@link
 * io.muster.app.swarm.Connection} speaks the protocol, {@link io.muster.app.swarm.Tally} counts.
 */
package io.muster.app.swarm;
