-- Since when an account or a service point is suspended or closed: what its meter counts after that is use of nobody's (USE_INACTIVE).
alter table account add column status_since timestamptz;
alter table service_point add column status_since timestamptz;

-- What was closed before this release is judged from now on: nobody kept when it was.
update account set status_since = now() where status <> 'active';
update service_point set status_since = now() where status <> 'active';

-- Whoever writes a status may say since when; who does not means now.
create function keep_status_since() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.status <> 'active' and new.status_since is null then new.status_since := now(); end if;
  elsif new.status is distinct from old.status and new.status_since is not distinct from old.status_since then
    new.status_since := now();
  end if;
  return new;
end $$;
create trigger account_status_since before insert or update on account
  for each row execute function keep_status_since();
create trigger service_point_status_since before insert or update on service_point
  for each row execute function keep_status_since();
