/**
 * Where facts are kept and views are made of them: the journal's tables and serialization, the
 * projection, and the ports of {@code actors} that are answered by SQL. One store at a time:
 * PostgreSQL, or an embedded file for trial and development.
 */
package io.muster.persistence;
