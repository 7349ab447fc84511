/**
 * Hints for and from other programs, in Redis: presence, grace records, revocation markers, the
 * keys that tools read. Nothing here is in the way of a device: each use has a time limit, and all
 * of it may be away for an hour.
 */
package io.muster.persistence.redis;
