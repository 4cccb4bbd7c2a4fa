#!/bin/sh
# Makes Mosquitto's password file from the secrets, hashed, in its own volume. Runs in Mosquitto's image, before the broker.
set -eu
umask 077
out=/mosquitto/passwords/passwords
{
  printf 'nightflow-ingest:%s\n' "$(cat /run/secrets/mqtt-ingest-password)"
  printf 'nightflow-api:%s\n' "$(cat /run/secrets/mqtt-api-password)"
  cat /run/secrets/mqtt-agents
} >"$out.new"
mosquitto_passwd -U "$out.new"
chown mosquitto:mosquitto "$out.new"
mv "$out.new" "$out"
