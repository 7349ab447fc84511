-- What is known of the last screenshots of each device; the files lie in a folder or in S3.
create table muster.screenshot (
  device varchar(128) ${bytewise} not null,
  name varchar(32) ${bytewise} not null,   -- milliseconds and the extension: the end of the key
  org varchar(64) ${bytewise} not null,
  request_id varchar(128) not null,
  width integer not null,
  height integer not null,
  bytes bigint not null,
  captured_at timestamp with time zone not null,
  requested_at timestamp with time zone,
  stored_at timestamp with time zone not null,
  primary key (device, org, name)
);
