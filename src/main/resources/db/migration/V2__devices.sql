-- What lists and dashboards read: rebuilt from the journal, one row per device.
create table muster.device_view (
  id varchar(128) ${bytewise} primary key,
  org varchar(64) ${bytewise} not null,
  name varchar not null,
  tags varchar not null,                 -- sorted, separated by spaces: no tag has one
  status varchar(16) not null,
  since timestamp with time zone not null,
  node varchar(200) ${bytewise},         -- while online
  deadline timestamp with time zone,     -- while away
  disabled boolean not null,
  retired boolean not null,
  epoch bigint not null,
  seq bigint not null
);

-- Lists and pictures. Status is no part of it: it changes all the time.
create index device_view_org on muster.device_view (org, id);

-- The watchman's two questions.
create index device_view_node on muster.device_view (node);
create index device_view_deadline on muster.device_view (deadline);

-- Commands by tag.
create table muster.device_tag (
  org varchar(64) ${bytewise} not null,
  tag varchar(64) ${bytewise} not null,
  id varchar(128) ${bytewise} not null,
  primary key (org, tag, id)
);

-- Written by the nodes themselves every now and then; apart from the view, so that the projection
-- never waits for them.
create table muster.device_hints (
  id varchar(128) ${bytewise} primary key,
  last_seen timestamp with time zone,
  app_version varchar,
  cpu double precision,
  memory double precision,
  pending integer not null
);

create table muster.pairing (
  code varchar(64) ${bytewise} primary key,
  identifier varchar(256) ${bytewise} not null unique,
  nickname varchar,
  expires_at timestamp with time zone not null,
  device varchar(128),
  org varchar(64),
  token varchar
);

create index pairing_expires_at on muster.pairing (expires_at);

-- The tables of pekko-projection-jdbc 1.0.0: how far each slice of the journal has been projected.
create table muster.projection_offset (
  projection_name varchar(255) not null,
  projection_key varchar(255) not null,
  current_offset varchar(255) not null,
  manifest varchar(4) not null,
  mergeable boolean not null,
  last_updated bigint not null,
  primary key (projection_name, projection_key)
);

create table muster.projection_paused (
  projection_name varchar(255) not null,
  projection_key varchar(255) not null,
  paused boolean not null,
  last_updated bigint not null,
  primary key (projection_name, projection_key)
);
