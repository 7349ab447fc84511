/** Outages of devices: when they begin and end, and who is told. */
package io.muster.actors.notify;
