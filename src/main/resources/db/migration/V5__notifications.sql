-- When a device that is away or offline was last connected. Rows from before do not know it.
alter table muster.device_view add column left_at timestamp with time zone;

-- Who is down. In a fleet at work these are few, whatever its size.
create index device_view_status on muster.device_view (status, since);

-- One row for each time that a device was offline. The device and the moment in which it became
-- offline are the outage: a connection may outlive our patience and keep its epoch through two.
create table muster.outage (
  device varchar(128) ${bytewise} not null,
  since timestamp with time zone not null,
  org varchar(64) ${bytewise} not null,
  name varchar not null,
  disconnected_at timestamp with time zone not null,
  opened_at timestamp with time zone not null,
  closed_at timestamp with time zone,    -- the device was back, or nobody waits for it any more
  told_at timestamp with time zone,      -- of the last notice; nothing was told of a silent outage
  reminders integer not null,
  return_told boolean not null,
  primary key (device, since)
);

create index outage_closed on muster.outage (closed_at, told_at);
create index outage_org on muster.outage (org, closed_at, device, since);

create table muster.notification (
  id varchar(36) ${bytewise} primary key,
  org varchar(64) ${bytewise} not null,
  type varchar(64) not null,
  title varchar not null,
  message varchar not null,
  severity varchar(16) not null,
  metadata varchar not null,             -- a JSON object
  user_id varchar(128),
  is_read boolean not null,
  dismissed_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null
);

create index notification_org on muster.notification (org, created_at, id);
create index notification_created on muster.notification (created_at);

-- Stored, and not yet told to those who watch: emptied right after the commit.
create table muster.notification_outbox (
  id varchar(36) ${bytewise} primary key,
  org varchar(64) ${bytewise} not null,
  payload varchar not null,
  created_at timestamp with time zone not null
);

-- One row once the books have been opened: who was offline before that is no news. Each round locks
-- it, so that there is one at a time.
create table muster.notification_state (
  id integer primary key,
  began_at timestamp with time zone not null
);

create table muster.grace_rule (
  org varchar(64) ${bytewise} not null,
  scope varchar(16) not null,            -- device, tag, organization
  subject varchar(128) ${bytewise} not null,
  grace_seconds integer,
  muted boolean not null,
  primary key (org, scope, subject)
);
