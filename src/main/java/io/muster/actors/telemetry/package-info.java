/** What devices report of what they played and what failed, and what becomes of it. */
package io.muster.actors.telemetry;
