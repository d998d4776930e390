# Shared by the scripts of this folder; source it first.
# shellcheck shell=bash
set -euo pipefail

if ! { : <&0; } 2>/dev/null; then
  exec </dev/null
fi

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Objects of another checkout of this project are as good as ours.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
# Sources that use precompiled headers go through the cache, too.
export CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1

say() { printf -- '-- %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# configure PRESET [ARGUMENT...]: quiet unless it fails.
configure() {
  local preset=$1 log
  shift
  log=$root/build/$preset.configure.log
  mkdir -p "$root/build"
  say "$preset: configure"
  if ! cmake --preset "$preset" "$@" >"$log" 2>&1; then
    cat "$log"
    return 1
  fi
}

source "$root/ci/wine.sh"

# One line where an older Wine has to serve; nothing where Wine 10 does.
tell_of_older_wine() {
  local system
  system=$("$root/ci/wine-run" --system 2>/dev/null) || return 0
  [[ $system == wine-10 ]] || say "windows-mingw: there is no Wine 10 here; the system's own older one serves ($system)"
}

# Ends what has been kept up of each Wine here.
stop_wine() {
  local version
  for version in 10 8; do
    (
      PIER_WINE=$version find_wine || exit 0
      # The tests of raw sockets have a prefix of their own.
      for WINEPREFIX in "$WINEPREFIX" "$WINEPREFIX-raw"; do
        [[ ! -d $WINEPREFIX ]] || "$wine_server" -k 2>/dev/null || true
      done
    )
  done
}
