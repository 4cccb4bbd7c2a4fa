#!/bin/sh
# The password goes in by a file in memory, so that no list of processes shows it. Jobs must outlive a restart: every write
# is appended, and nothing is ever evicted.
set -eu
umask 077
{
  printf 'requirepass %s\n' "$(cat /run/secrets/redis-password)"
  printf 'appendonly yes\ndir /data\nmaxmemory-policy noeviction\n'
} >/run/redis/redis.conf
chown redis:redis /run/redis/redis.conf
exec docker-entrypoint.sh redis-server /run/redis/redis.conf
