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

stop_wine() {
  local prefix=$root/build/windows-mingw/wine server
  if [[ -d $prefix ]]; then
    for server in "$(command -v wineserver || true)" /usr/lib/wine/wineserver64 /usr/lib/wine/wineserver; do
      if [[ -n $server && -x $server ]]; then
        WINEPREFIX=$prefix "$server" -k 2>/dev/null || true
        return
      fi
    done
  fi
}
