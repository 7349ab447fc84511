package io.muster.actors.session;

import io.muster.actors.OrgId;
import java.time.Instant;
import java.util.Optional;

/**
 * What a verified token says of the session it belongs to. Several connections may share one.
 *
 * @param jti the token's own name, where it has one
 * @param issuedAt the epoch when the token does not say
 */
public record UserSession(OrgId org, String user, Optional<String> jti, Instant issuedAt) {}
