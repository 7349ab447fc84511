package io.muster.actors;

import java.util.Optional;

/**
 * Where the ways of commands are told, from the request that asked for one to the answer of its
 * device. A way is named by a {@code traceparent} of W3C Trace Context, which a command keeps for
 * as long as it is pending.
 */
public interface Traces {

  Traces NONE =
      new Traces() {
        @Override
        public Asked asked(String what, Optional<String> traceparent) {
          return new Asked() {
            @Override
            public Optional<String> traceparent() {
              return Optional.empty();
            }

            @Override
            public void answered(int status) {}
          };
        }

        @Override
        public void settled(String traceparent, OrgId org, CommandView command) {}
      };

  /**
   * A request has come.
   *
   * @param what in words of ours, known beforehand
   * @param traceparent as its sender says, whatever it is worth
   */
  Asked asked(String what, Optional<String> traceparent);

  /**
   * A command has come to its end.
   *
   * @param traceparent of the request that asked for it
   */
  void settled(String traceparent, OrgId org, CommandView command);

  /** A request on its way. */
  interface Asked {
    /** What its commands carry; empty when nobody traces it. */
    Optional<String> traceparent();

    /**
     * Called once.
     *
     * @param status of HTTP
     */
    void answered(int status);
  }
}
