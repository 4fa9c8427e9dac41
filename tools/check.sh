#!/usr/bin/env bash
# check.sh: the project's own rules. Each rule prints what breaks it; the last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0
rule() { # name, then the findings on standard input: none means passed
  local found; found=$(cat)
  if [ -z "$found" ]; then passed=$((passed + 1)); else
    failed=$((failed + 1)); echo "FAIL $1"; echo "$found" | head -20 | sed 's/^/  /'; fi
}

layers() {
  while IFS=: read -r room allowed; do
    case $room in ''|'#'*) continue ;; esac
    grep -noE '#include "[a-z_]+/' src/"$room"/*.[ch] 2>/dev/null | sed -E 's/#include "([a-z_]+)\//\1/' | while IFS=: read -r file line used; do
      case " $allowed $room " in *" $used "*) ;; *) echo "$file:$line includes $used, which $room may not" ;; esac
    done
  done < tools/layers.tbl
  for d in src/*/; do grep -q "^$(basename "$d"):" tools/layers.tbl || echo "$d stands in no row of tools/layers.tbl"; done
}
faces() { # other rooms include only a room's public headers
  grep -nE '#include "[a-z]+/[a-z_]*_int\.h"' src/*/*.[ch] | awk -F'[/:"]' '$2 != $6 && $2 != $5 {print}' || true
}
banned() {
  grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets|localtime|gmtime|asctime|system|popen|setjmp|longjmp|alloca)\(' src/*/*.[ch] |
    grep -vE '^src/base/json.c:.*atoi\(p \+ 1\)' || true
  grep -nE '\b(malloc|calloc|realloc|free)\(' src/*/*.c | grep -vE '^src/(base/arena|store/store_(sqlite|pg))' | grep -vE '^\S+:\s*(/?\*|//)' || true
  grep -nE '\b(float|double)\b' src/{event,match,scheme,decide,command,dmn,store,project,flow,trial,simulate}/*.[ch] | grep -vE ':\s*(/?\*|//)|\*.*\b(float|double)\b|"[^"]*\b(double|float)\b' || true
}
sql() { # statements are literals: what is handed to the store never comes from a variable made at run time
  grep -nE 'store_(exec|query|rows)\([^"]*str_(printf|c)\(' src/*/*.c || true
}
reach() { # what a reader gets is asked in the reader's reach; the exceptions are counted in tools/reach.tbl
  for f in src/page/*.c src/http/*.c; do
    n=$(grep -cE '\bquery_(case|list|linked|everything|each_[a-z_]+)\(|(FROM|JOIN) cases\b' "$f")
    want=$(sed -nE "s/^$(basename "$f") ([0-9]+):.*/\1/p" tools/reach.tbl)
    [ "$n" = "${want:-0}" ] || echo "$f asks $n times past the reader's reach; tools/reach.tbl says ${want:-0}"
  done
}
first_lines() {
  for f in src/*/*.[ch] tools/*.c; do
    head -1 "$f" | grep -qE "^/\* $(basename "$f"): " || echo "$f: the first line does not say what the file is"
    head -8 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$f: no licence line"
  done
}
formatted() { git ls-files '*.c' '*.h' | xargs clang-format --dry-run 2>&1 | grep -E '(warning|error|not found)' || true; }
sizes() { wc -l src/*/*.[ch] | awk '$2 != "total" && $1 > 800 {print $2 " has " $1 " lines, more than 800"}'; }
header_alone() {
  local flags; flags=$(pkg-config --cflags yajl icu-uc libmicrohttpd sqlite3 libpq pangocairo | sed 's/-I/-isystem /g')
  for h in src/*/*.h; do gcc -std=c17 -D_POSIX_C_SOURCE=200809L -fsyntax-only -Isrc $flags -x c "$h" 2>&1 | grep -m1 error: || true; done
}
countries() { # the law, countries, wages and deadlines are data
  grep -niE 'korea|kazakh|\bE-9\b|\bEPS\b|고용|외국인|minimum wage' src/*/*.[ch] | grep -vE ':\s*(/?\*|//)|/\*.*(Korea|Kazakh).*\*/|\* ' || true
}
said() { # every sentence that the catalogues translate is one that the program says (xml_*: that expat says)
  sed -nE 's/^  "said\.([a-z0-9_]+)": "(.*)",?$/\1\t\2/p' web/messages/en.json | while IFS=$'\t' read -r name text; do
    case $name in xml_*) continue ;; esac
    piece=$(printf '%s\n' "$text" | sed 's/{[a-z]}/\n/g' | awk 'length > length(m) {m = $0} END {print m}')
    grep -qF -- "$piece" src/*/*.c || echo "said.$name: nothing in src/ says \"$piece\""
    grep -qw "\"$name\"" src/view/said.c || echo "said.$name is not in the table of src/view/said.c"
  done
}
law_sources() { # models, cases, messages and pages of the law are what their sources make
  command -v python3 >/dev/null || return 0
  mkdir -p out; printf '#!/bin/sh\nexec out/goldenbridge dmn "$@"\n' >out/dmn-tool; chmod +x out/dmn-tool
  tests/law/check.sh out/dmn-tool >out/law-check.log 2>&1 || tail -n 12 out/law-check.log
}
architecture() { # every room has a row, every file named exists
  for d in src/*/; do grep -q "\`$(basename "$d")\`" ARCHITECTURE.md || echo "ARCHITECTURE.md has no row for $d"; done
  grep -oE '`(src|law|web|tests|tools|docs|schema|bench)/[A-Za-z0-9_./-]+`' ARCHITECTURE.md | tr -d '\`' | sort -u | while read -r f; do [ -e "$f" ] || echo "ARCHITECTURE.md names $f, which does not exist"; done
}
error_codes() { # each code is used, and has a message in every language
  sed -nE 's/^X\(([A-Z_]+),.*/\1/p' schema/errors.tbl | while read -r code; do
    grep -qE "\b$code\b" src/*/*.c law/*/processes/*.json || echo "$code is used nowhere"
    for l in en ko kk ru; do jq -e --arg k "error.$code" 'has($k) or (.error[$k[6:]] != null)' "web/messages/$l.json" >/dev/null 2>&1 || echo "web/messages/$l.json has no error.$code"; done
  done
}
json_valid() { find law web tests -name '*.json' -not -path '*/node_modules/*' | while read -r f; do jq -e . "$f" >/dev/null 2>&1 || echo "$f is not valid JSON"; done; }
private() { # nothing that speaks of machines or workplaces
  git grep -nIE '/work/|/root/|\bsubagent|this session|registry\.npmjs|deb\.debian' -- . ':!tools/check.sh' ':!.ci/run' | head -5 || true
}

rule "rooms include only what their row allows" < <(layers)
rule "private headers stay in their room" < <(faces)
rule "no banned function, allocation outside arenas, or binary floating point" < <(banned)
rule "SQL is a literal with bound parameters" < <(sql)
rule "pages and API ask in the reader's reach" < <(reach)
rule "every file says what it is" < <(first_lines)
rule "every source is laid out by .clang-format" < <(formatted)
rule "no file is longer than 800 lines" < <(sizes)
rule "every header stands alone" < <(header_alone)
rule "no country, law or wage stands in C" < <(countries)
rule "ARCHITECTURE.md is true" < <(architecture)
rule "every error code is used and has a message in every language" < <(error_codes)
rule "every sentence that the catalogues translate is said" < <(said)
rule "every JSON file is valid" < <(json_valid)
rule "the law is what its sources make" < <(law_sources)
rule "nothing speaks of machines or workplaces" < <(private)
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
