#!/bin/sh
# Sets a machine up. What is there already is left alone, so a second run takes no time.
#
#   sh tests/setup.sh                 what the program and its tests need from the system, and uv
#   sh tests/setup.sh run             only what the program needs, and uv
#   sh tests/setup.sh start [ARGS]    the same, then the program itself
#
# Needs apt and root (or sudo without a password) only when something is missing; without them it names what is missing.
set -eu
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin:/sbin"

# library or command, and the Debian package that has it
for_the_program="
libEGL.so.1 libegl1
libGL.so.1 libgl1
libfontconfig.so.1 libfontconfig1
libdbus-1.so.3 libdbus-1-3
libglib-2.0.so.0 libglib2.0-0
libgssapi_krb5.so.2 libgssapi-krb5-2
libxkbcommon.so.0 libxkbcommon0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libX11-xcb.so.1 libx11-xcb1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-sync.so.1 libxcb-sync1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xinerama.so.0 libxcb-xinerama0
libxcb-xkb.so.1 libxcb-xkb1
"
for_the_tests="
chromium chromium
libatomic.so.1 libatomic1
Xvfb xvfb
dbus-daemon dbus-daemon
dunst dunst
gnome-keyring-daemon gnome-keyring
strace strace
xdpyinfo x11-utils
wrk wrk
nginx nginx
fc-match fontconfig
git git
"

present() {
    case "$1" in
        lib*.so.*) ldconfig -p | grep -qF "$1 " ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

missing_packages() {
    echo "$1" | while read -r what package; do
        if [ -n "$what" ] && ! present "$what"; then echo "$package"; fi
    done
}

install_packages() {
    packages=$(missing_packages "$1" | tr '\n' ' ')
    [ -n "${packages% }" ] || return 0
    as_root=""
    if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi
    if ! command -v apt-get >/dev/null 2>&1 || ! $as_root true 2>/dev/null; then
        echo "Missing on this system, named as in Debian: $packages" >&2
        echo "Install them (on Debian and Ubuntu, as root: apt-get install $packages) and run this again." >&2
        return 1
    fi
    echo "Installing $packages" >&2
    $as_root apt-get update -qq >&2
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $packages </dev/null >&2
}

install_uv() {
    uv=uv
    if command -v uv >/dev/null 2>&1; then return 0; fi
    uv="python3 -m uv"
    if $uv --version >/dev/null 2>&1; then return 0; fi
    # A system Python that is managed from outside refuses the first; uv brings nothing that could get in its way.
    python3 -m pip install --quiet --root-user-action=ignore uv </dev/null >/dev/null 2>&1 ||
        python3 -m pip install --quiet --root-user-action=ignore --user --break-system-packages uv </dev/null >&2 ||
        { echo "uv is missing and pip cannot install it: see https://docs.astral.sh/uv/" >&2; return 1; }
}

case "${1:-}" in
    "") wanted="$for_the_program$for_the_tests" ;;
    run | start) wanted="$for_the_program" ;;
    *) echo "usage: sh tests/setup.sh [run | start [ARGS]]" >&2; exit 2 ;;
esac
# Elsewhere the wheels of Qt bring what they need, and the tests need Linux.
if [ "$(uname)" = Linux ]; then install_packages "$wanted"; fi
install_uv
if [ "${1:-}" = start ]; then
    shift
    exec $uv run --quiet --no-dev main.py "$@"
fi
