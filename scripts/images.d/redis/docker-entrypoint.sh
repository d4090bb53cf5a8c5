#!/bin/sh
set -e

case ${1:-} in
    -* | *.conf) set -- redis-server "$@" ;;
esac

# The server gives up being root, and owns its data.
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis '{}' +
    exec setpriv --reuid redis --regid redis --clear-groups "$0" "$@"
fi

[ "$(umask)" = 0022 ] && umask 0077
exec "$@"
