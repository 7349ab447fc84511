-- Sessions of users that are over before their tokens expire. A row is replaced by a later one of
-- the same kind, subject and organisation, and deleted when it is over.
create table muster.user_revocation (
  kind varchar(16) ${bytewise} not null,      -- token, user, password
  subject varchar(256) ${bytewise} not null,  -- a token's jti, or a user's id
  org varchar(64) ${bytewise} not null,       -- * for all of them
  revoked_at timestamp with time zone not null,
  over_at timestamp with time zone not null
);

create index user_revocation_subject on muster.user_revocation (org, kind, subject);
create index user_revocation_revoked_at on muster.user_revocation (revoked_at);
create index user_revocation_over_at on muster.user_revocation (over_at);
