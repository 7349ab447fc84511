package io.muster.actors.session;

import io.muster.actors.OrgId;
import io.muster.actors.session.Revocation.Kind;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The revocations that are known on this node. Thread-safe. */
final class KnownRevocations {
  /** As many as the table gives at once. */
  static final int MAX = 50_000;

  private record Name(Kind kind, String subject, Optional<OrgId> org) {}

  private final Map<Name, Revocation> all = new ConcurrentHashMap<>();

  /** The newest of its kind, subject and organisation counts. False when there is no room. */
  boolean add(Revocation revocation) {
    var name = new Name(revocation.kind(), revocation.subject(), revocation.org());
    if (all.size() >= MAX && !all.containsKey(name)) {
      return false;
    }
    all.merge(name, revocation, (old, one) -> one.at().isBefore(old.at()) ? old : one);
    return true;
  }

  Optional<Cause> cause(UserSession session, Instant now) {
    return all.isEmpty()
        ? Optional.empty()
        : names(session)
            .flatMap(name -> Optional.ofNullable(all.get(name)).stream())
            .filter(revocation -> revocation.hits(session, now))
            .map(revocation -> revocation.kind().cause())
            .findFirst();
  }

  private static Stream<Name> names(UserSession session) {
    return Stream.of(Optional.of(session.org()), Optional.<OrgId>empty())
        .flatMap(
            org ->
                Stream.concat(
                    session.jti().map(jti -> new Name(Kind.TOKEN, jti, org)).stream(),
                    Stream.of(
                        new Name(Kind.USER, session.user(), org),
                        new Name(Kind.PASSWORD, session.user(), org))));
  }

  void forgetOver(Instant now) {
    all.values().removeIf(revocation -> !revocation.until().isAfter(now));
  }
}
