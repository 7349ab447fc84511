-- Which nodes of a cluster are there, as they say themselves every other second. A node that starts
-- asks it before it founds a cluster.
create table muster.nodes (
  address varchar(300) primary key,
  seen_at timestamp with time zone not null
);
