#!/bin/sh
# Grafana's provisioning files name environment variables; their secrets come as files.
set -eu
NIGHTFLOW_POSTGRES_READ_PASSWORD=$(cat /run/secrets/grafana-reader-password)
export NIGHTFLOW_POSTGRES_READ_PASSWORD
if [ -n "${NIGHTFLOW_INFLUXDB_READ_TOKEN_FILE:-}" ]; then
  NIGHTFLOW_INFLUXDB_READ_TOKEN=$(cat "$NIGHTFLOW_INFLUXDB_READ_TOKEN_FILE")
  export NIGHTFLOW_INFLUXDB_READ_TOKEN
fi
exec /run.sh
