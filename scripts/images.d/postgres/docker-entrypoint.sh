#!/usr/bin/env bash
# Makes a database cluster on the first start, then becomes the server.
set -Eeuo pipefail

# from_file NAME: the variable may name a file that holds its value, as secrets do.
from_file() {
    local file="$1_FILE"
    if [[ -n ${!1:-} && -n ${!file:-} ]]; then
        echo "error: both $1 and $file are set (but are exclusive)" >&2
        exit 1
    fi
    [[ -z ${!file:-} ]] || printf -v "$1" '%s' "$(<"${!file}")"
    unset "$file"
}

require_password() {
    [[ $POSTGRES_PASSWORD || $POSTGRES_HOST_AUTH_METHOD == trust ]] && return
    cat >&2 <<'MESSAGE'
Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".
MESSAGE
    exit 1
}

make_cluster() {
    # shellcheck disable=SC2086  # arguments
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_ARGS:-}
    printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
}

query() { PGHOST='' PGPASSWORD=$POSTGRES_PASSWORD psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" "$@"; }

make_database() {
    [[ $POSTGRES_DB == postgres ]] || query --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
}

run_first_scripts() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh)
                echo "$0: running $file"
                # shellcheck source=/dev/null
                if [[ -x $file ]]; then "$file"; else . "$file"; fi
                ;;
            *.sql) echo "$0: running $file" && query --dbname "$POSTGRES_DB" -f "$file" ;;
            *.sql.gz) echo "$0: running $file" && gunzip -c "$file" | query --dbname "$POSTGRES_DB" ;;
            */'*') ;;
            *) echo "$0: ignoring $file" ;;
        esac
    done
}

first_start() {
    require_password
    make_cluster
    # Nobody else gets in before the first scripts are done.
    pg_ctl -D "$PGDATA" -o "-c listen_addresses='' $*" -w start
    make_database
    run_first_scripts
    pg_ctl -D "$PGDATA" -m fast -w stop
    echo
    echo 'PostgreSQL init process complete; ready for start up.'
    echo
}

main() {
    [[ ${1:-} != -* ]] || set -- postgres "$@"
    [[ ${1:-} == postgres ]] || exec "$@"
    if [[ $(id -u) == 0 ]]; then
        mkdir -p "$PGDATA"
        chmod 0700 "$PGDATA"
        find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
        exec setpriv --reuid postgres --regid postgres --init-groups "${BASH_SOURCE[0]}" "$@"
    fi
    from_file POSTGRES_PASSWORD
    from_file POSTGRES_USER
    from_file POSTGRES_DB
    from_file POSTGRES_INITDB_ARGS
    export POSTGRES_PASSWORD=${POSTGRES_PASSWORD:-} POSTGRES_USER=${POSTGRES_USER:-postgres}
    export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER} POSTGRES_HOST_AUTH_METHOD=${POSTGRES_HOST_AUTH_METHOD:-}
    [[ -s $PGDATA/PG_VERSION ]] || first_start "${@:2}"
    exec "$@"
}

main "$@"
