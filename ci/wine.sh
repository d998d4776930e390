# Finds the Wine that runs Windows programs here; source it.
# shellcheck shell=bash

# Wine 10, unpacked by ci/setup, is the one that counts. Where there is none, the system's own serves, which may be older.
# PIER_WINE=8 asks for the system's own older one.
# Sets wine (the program), wine_server and wine_system, the name of this system in reports and lists: wine-10 for that
# version and what is newer, wine-8 for what is older. Exports WINEPREFIX, WINELOADER and WINESERVER. Fails where there is no
# such Wine.
find_wine() {
  local top unpacked candidate version wanted=${PIER_WINE:-10}
  top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
  unpacked=$top/.deps/wine10/usr/lib/wine
  wine='' wine_server='' wine_system=''
  if [[ $wanted == 10 && -x $unpacked/wine64 ]]; then
    wine=$unpacked/wine64 wine_server=$unpacked/wineserver wine_system=wine-10
  else
    for candidate in "$(command -v wine64 || true)" /usr/lib/wine/wine64 "$(command -v wine || true)"; do
      if [[ -n $candidate && -x $candidate ]]; then
        wine=$candidate
        break
      fi
    done
    [[ -n $wine ]] || return 1
    version=$("$wine" --version 2>/dev/null) || return 1
    version=${version#wine-}
    version=${version%%[!0-9]*}
    wine_system=wine-8
    if ((${version:-0} >= 10)); then
      wine_system=wine-10
    fi
    [[ $wanted == 10 || $wine_system == "wine-$wanted" ]] || return 1
    for candidate in "$(command -v wineserver || true)" /usr/lib/wine/wineserver64 /usr/lib/wine/wineserver; do
      if [[ -n $candidate && -x $candidate ]]; then
        wine_server=$candidate
        break
      fi
    done
    [[ -n $wine_server ]] || return 1
  fi
  export WINEPREFIX=${PIER_WINEPREFIX:-$top/build/windows-mingw/$wine_system}
  export WINELOADER=$wine WINESERVER=$wine_server
}
