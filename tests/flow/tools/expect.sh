# expect.sh: sourced by tests: counts what is as expected and says what is not.
# SPDX-License-Identifier: Apache-2.0

passed=0 failed=0 skipped=0
about= # what the checks that follow are about, such as an engine; said with each failure

good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL ${about:+$about: }$1${2:+: $2}"; }

# ok NAME COMMAND…: it succeeds. What it printed stays in $out.
ok() { local name=$1; shift; if out=$("$@" 2>&1); then good; else bad "$name" "$out"; fi; }
# no NAME CODE COMMAND…: it fails and names the code.
no() {
  local name=$1 code=$2; shift 2
  if out=$("$@" 2>&1); then bad "$name" "it was accepted"
  elif [[ $out == *"$code"* ]]; then good; else bad "$name" "expected $code; $out"; fi
}
# is NAME EXPECTED ACTUAL
is() { if [ "$2" = "$3" ]; then good; else bad "$1" "is $3, expected $2"; fi; }
# has NAME PART TEXT, and its contrary
has() { if [[ $3 == *"$2"* ]]; then good; else bad "$1" "no “$2” in: ${3:0:300}"; fi; }
hasnt() { if [[ $3 != *"$2"* ]]; then good; else bad "$1" "“$2” in: ${3:0:300}"; fi; }

# give_up FILE: what the rest of the test stands on failed, and said so there.
give_up() { cat "$1"; echo "0 passed, 1 failed"; exit 1; }
# The last line of a test, and its exit status.
verdict() { echo "$passed passed, $failed failed$([ "$skipped" = 0 ] || echo ", $skipped skipped")"; [ "$failed" = 0 ]; }
# skip WHY: the whole test cannot run here.
skip() { echo "SKIP $1"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }

# both_engines WHAT: sets engines, and pg to the URL of a private PostgreSQL in $dir/pg. Where it is not installed WHAT on it is skipped by name.
both_engines() {
  engines="sqlite postgres"
  pg=$(tests/pg.sh start "$dir/pg")
  case $? in
    0) ;;
    77) echo "SKIP $1 on PostgreSQL: it is not installed"; skipped=1 engines=sqlite ;;
    *) about=PostgreSQL; is "it starts" yes no; engines=sqlite ;;
  esac
}
