package io.muster.http.auth;

import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.SignedJWT;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * What a device token costs on the connect path: {@code main} prints processor time and allocation
 * per token, of the authenticator and of the library's plain way.
 */
final class AuthenticatorBench {
  private static final int TOKENS = 2_000;
  private static final int ROUNDS = 40;

  private AuthenticatorBench() {}

  public static void main(String[] args) throws Exception {
    var secret = "bench-secret-bench-secret-bench-secret";
    var clock = Clock.systemUTC();
    var mint = new TokenMint(Secret.of(secret), clock);
    var tokens = new String[TOKENS];
    for (int i = 0; i < TOKENS; i++) {
      var id = new DeviceId("0b6c3f0e-1c5e-4c0a-9a53-" + (100_000_000_000L + i));
      tokens[i] =
          mint.device(
                  id, new OrgId("org-" + i % 7), Optional.of("aa:bb:" + i), TokenMint.DEVICE_LIFE)
              .token();
    }
    var authenticator =
        new Authenticator(
            Secret.of(secret), Optional.empty(), Optional.empty(), Duration.ZERO, clock);
    measure(
        "authenticator",
        () -> {
          int held = 0;
          for (String token : tokens) {
            if (authenticator.verify(token).toCompletableFuture().join()
                instanceof Verdict.Device) {
              held++;
            }
          }
          return held;
        });
    var verifier = new MACVerifier(secret);
    measure(
        "SignedJWT.parse, verify, claims, hash",
        () -> {
          int held = 0;
          for (String token : tokens) {
            var jwt = SignedJWT.parse(token);
            if (jwt.verify(verifier)
                && jwt.getJWTClaimsSet().getSubject() != null
                && Sha256.hex(token).length() == 64) {
              held++;
            }
          }
          return held;
        });
  }

  private static void measure(String name, Callable<Integer> round) throws Exception {
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    for (int i = 0; i < ROUNDS; i++) {
      check(round.call());
    }
    long bytes = threads.getCurrentThreadAllocatedBytes();
    long nanos = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < ROUNDS; i++) {
      check(round.call());
    }
    double count = (double) TOKENS * ROUNDS;
    System.out.printf(
        "%-40s %6.2f us, %7.0f bytes per token%n",
        name,
        (threads.getCurrentThreadCpuTime() - nanos) / count / 1000,
        (threads.getCurrentThreadAllocatedBytes() - bytes) / count);
  }

  private static void check(int held) {
    if (held != TOKENS) {
      throw new IllegalStateException("Held were " + held);
    }
  }
}
