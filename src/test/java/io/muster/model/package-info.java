/**
 * The protocol between sockets, owners and the journal of one device, small enough to try
 * everything.
 */
package io.muster.model;
