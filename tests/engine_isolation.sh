#!/usr/bin/env bash
# The private engine leaves the packet filter of another engine alone.
#
# The other engine is played by a chain DOCKER with a marker, in a network namespace made for this test; the private
# engine is a second one with a state of its own. So neither the machine nor an engine in use is touched.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
engine=$root/scripts/engine

say() { printf '%s\n' "$*" >&2; }

# What another engine would have.
pretend_an_engine() {
    iptables -t nat -N DOCKER
    iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
    iptables -t nat -A DOCKER -p tcp --dport 4242 -j DNAT --to-destination 172.17.0.2:42
    iptables -N DOCKER
    iptables -A FORWARD -o docker0 -j DOCKER
    iptables -A DOCKER -d 172.17.0.2/32 -p tcp --dport 42 -m comment --comment marker -j ACCEPT
}

# Rules without counters and dates.
rules() { { iptables-save && ip6tables-save; } | sed -e '/^#/d' -e 's/\[[0-9:]*\]//'; }

fetch_page() {
    local request='exec 3<>/dev/tcp/127.0.0.1/4242 && printf "GET / HTTP/1.0\r\n\r\n" >&3 && cat <&3'
    "$engine" run bash -c "$request" 2>/dev/null
}

# A busybox that serves, published; fails unless it answers.
serve_something() {
    "$root/scripts/images" busybox
    "$engine" run docker run --detach --name served --publish 4242:80 busybox \
        sh -c 'echo served >index.html && exec httpd -f' >/dev/null
    local tries
    for tries in {1..50}; do
        [[ $(fetch_page) == *served ]] && return
        sleep 0.1
    done
    say "error: the published port does not answer after $tries tries"
    return 1
}

# Runs in the namespace made for this test.
inside() {
    PATH=$PATH:/usr/sbin:/sbin
    HOIST_ENGINE_HOME=$(mktemp -d /tmp/hoist-isolation.XXXXXX)
    export HOIST_ENGINE_HOME
    unset DOCKER_HOST
    trap '"$engine" down && rm -rf "$HOIST_ENGINE_HOME"' EXIT
    ip link set lo up
    pretend_an_engine
    rules >"$HOIST_ENGINE_HOME/before"
    grep -q marker "$HOIST_ENGINE_HOME/before"
    "$engine" up
    serve_something
    "$engine" down
    "$engine" up
    rules >"$HOIST_ENGINE_HOME/after"
    diff "$HOIST_ENGINE_HOME/before" "$HOIST_ENGINE_HOME/after"
}

if [[ ${1:-} == inside ]]; then
    inside
    exit
fi

# What has to be downloaded, while there is a network.
"$engine" up
"$engine" fetch busybox-static >/dev/null
if ((EUID == 0)); then as_root=(); else as_root=(sudo -E env "HOME=$HOME"); fi
"${as_root[@]}" unshare --net -- "$BASH" "${BASH_SOURCE[0]}" inside
echo ok
