/** Which organisations are suspended, known on each node and told to whom it concerns. */
package io.muster.actors.tenant;
