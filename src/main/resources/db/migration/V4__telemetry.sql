-- What devices say of themselves in heartbeats, beside what was there.
alter table muster.device_hints add column disk double precision;
alter table muster.device_hints add column temperature double precision;
alter table muster.device_hints add column latency double precision;
-- Whether a heartbeat has said what is shown; then the columns below are all of it.
alter table muster.device_hints add column shows boolean default false not null;
alter table muster.device_hints add column content varchar;
alter table muster.device_hints add column playlist varchar;
alter table muster.device_hints add column screen_state varchar;
alter table muster.device_hints add column playback_source varchar;
alter table muster.device_hints add column content_version varchar;

-- What was played, as devices report it: kept for some weeks. The key is what a report says, so
-- that one that is told again is found.
create table muster.impression (
  device varchar(128) ${bytewise} not null,
  said_at timestamp with time zone not null,   -- the device's clock, or ours where it said nothing
  content varchar(128) ${bytewise} not null,
  kind varchar(8) not null,                    -- start or end
  org varchar(64) ${bytewise} not null,
  playlist varchar(128),
  seconds integer,
  completion integer,                          -- percent
  received_at timestamp with time zone not null,
  on_day date not null,                        -- UTC; the day it is counted for
  primary key (device, said_at, content, kind)
);

-- The purge.
create index impression_on_day on muster.impression (on_day);

create table muster.content_error (
  device varchar(128) ${bytewise} not null,
  said_at timestamp with time zone not null,
  content varchar(128) ${bytewise} not null,
  type varchar(32) not null,
  org varchar(64) ${bytewise} not null,
  playlist varchar(128),
  message varchar(500),
  code varchar(64),
  received_at timestamp with time zone not null,
  primary key (device, said_at, content, type)
);

-- The last ones of a device, and the purge.
create index content_error_of_device on muster.content_error (device, received_at);
create index content_error_received_at on muster.content_error (received_at);

-- Proof of play: grows with the impressions, in their transactions, and stays when they go.
create table muster.daily_statistics (
  org varchar(64) ${bytewise} not null,
  subject_kind varchar(16) not null,           -- device, content or organization
  on_day date not null,
  subject varchar(128) ${bytewise} not null,
  starts bigint not null,
  plays bigint not null,
  seconds bigint not null,
  completion_sum bigint not null,
  completion_count bigint not null,
  primary key (org, subject_kind, on_day, subject)
);
