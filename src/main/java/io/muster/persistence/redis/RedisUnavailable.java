package io.muster.persistence.redis;

/** Redis is away, or did not answer in time; whatever was asked is not known. */
public final class RedisUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  RedisUnavailable(String why) {
    this(why, null);
  }

  /** Without a stack: it would tell nothing, and an outage makes many. */
  RedisUnavailable(String why, Throwable cause) {
    super(why, cause, false, false);
  }
}
