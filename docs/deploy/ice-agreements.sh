#!/bin/sh
# Runs a command of ice-agreements as the service's user, with the settings of the service; install it as
# /usr/local/bin/ice-agreements.
set -eu
while IFS= read -r line; do
    case "$line" in
        [A-Z]*=*) export "$line" ;; # a line of settings, as systemd reads it
    esac
done </etc/ice-agreements/environment
if [ "$(id -u)" = 0 ]; then
    exec runuser -u ice-agreements -- /opt/ice-agreements/venv/bin/ice-agreements "$@"
fi
exec /opt/ice-agreements/venv/bin/ice-agreements "$@"
