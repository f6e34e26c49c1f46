#!/usr/bin/env bash
# Debian packages that the tests use: Chromium for journeys and screenshots, poppler for PDF signatures, xmllint for BPMN,
# Chinese fonts for screenshots, Go with x/mod for the ledger,
# Java for Spark, MariaDB as a source of the data center. Installed where this user may; otherwise named, with the tests left out.
# With XIEZHI_NOTHING_LEFT_OUT=1 a missing part is an error.
set -uo pipefail
missing=(); left_out=()
need() { # command, package, what is left out without it
  command -v "$1" >/dev/null 2>&1 || { missing+=("$2"); left_out+=("$2: $3"); }
}
look() {
  missing=(); left_out=()
  if ! command -v google-chrome >/dev/null 2>&1; then need chromium chromium "browser journeys, accessibility, screenshots"; fi
  need pdfsig poppler-utils "signatures of PDF documents as poppler sees them"
  need xmllint libxml2-utils "exported BPMN against its schema"
  need java openjdk-17-jre-headless "linking and checking on Spark"
  if [ ! -x /usr/sbin/mariadbd ]; then need mariadbd mariadb-server "collecting from MariaDB"; fi
  need go golang-go "the ledger as Go's own packages for transparency logs read it"
  if [ ! -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]; then
    missing+=(golang-golang-x-mod-dev); left_out+=("golang-golang-x-mod-dev: the same")
  fi
  if ! fc-list ':lang=zh' 2>/dev/null | grep -q .; then missing+=(fonts-noto-cjk fontconfig); left_out+=("fonts-noto-cjk: Chinese text in screenshots"); fi
}
look
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo=(sudo -n); else sudo=(false); fi
fi
if command -v apt-get >/dev/null 2>&1 && [ "${sudo[0]:-}" != false ]; then
  echo "Installing ${missing[*]} ..."
  log="$(mktemp)"
  export DEBIAN_FRONTEND=noninteractive
  { "${sudo[@]}" apt-get update -q && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 || tail -5 "$log"
  rm -f "$log"
  look
fi
[ ${#missing[@]} -eq 0 ] && exit 0
echo "Not on this machine, so these tests are left out:"
printf '  %s\n' "${left_out[@]}"
echo "To run them: apt-get install ${missing[*]}"
[ "${XIEZHI_NOTHING_LEFT_OUT:-}" = 1 ] && exit 1
exit 0
