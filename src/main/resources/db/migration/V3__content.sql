-- Content that a back end has pushed, one playlist for each device, as devices read it.
create table muster.device_content (
  id varchar(128) ${bytewise} primary key,
  org varchar(64) ${bytewise} not null,
  playlist_id varchar(128),              -- null when nothing is assigned any more: the row stays,
  playlist varchar,                      -- so that what comes next is newer than what was
  changed_at timestamp(3) with time zone not null
);
