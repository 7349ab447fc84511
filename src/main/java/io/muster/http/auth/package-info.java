/**
 * Who is there: tokens become a {@link io.muster.http.auth.Verdict}, and below the door only
 * verified ids travel. Tokens, keys and secrets are never logged; types that hold one hide it from
 * {@code toString}.
 */
package io.muster.http.auth;
