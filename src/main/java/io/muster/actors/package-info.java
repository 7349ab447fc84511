/**
 * The core: what devices and dashboards are, what may be asked of them and what has happened to
 * them. It imports nothing of ours, no transport and no database; what it needs from outside is a
 * small interface declared here and implemented in {@code http} or {@code persistence}.
 */
package io.muster.actors;
