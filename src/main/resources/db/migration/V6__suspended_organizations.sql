-- Organisations whose content and commands wait, where no CMS decides that.
create table muster.suspended_organization (
  org varchar(64) ${bytewise} primary key,
  since timestamp with time zone not null
);
