#!/usr/bin/env bash
# law_show.sh: `law show` prints the part of an imported text that a reference names, with the lines that lead to it.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d)
end() { [ -z "${server:-}" ] || kill "$server" 2>/dev/null; rm -rf "$dir"; }
trap end EXIT

law=$dir/law/xx
mkdir -p "$dir/law" "$dir/texts/bylaw"; cp -r tests/flow/schemes/tiny "$law"
cat >"$dir/texts/bylaw/2020-01-01.md" <<'T'
# By-laws
## § 3 Readers
(I) Cards are given to readers who
1\. live here, and
2\. owe nothing:
a\. no fees,
still not two;
b\. no books;
2bis\. are twelve.
(II) Others pay.
(II.5) is no paragraph.
## § 3bis Guests
1\. A guest reads here.
2\. A guest takes nothing home.
T
cat >"$law/statutes.json" <<I
{"layers": {"bylaw": {"titles": {"3": "Readers", "3-2": "Guests"}, "versions": [{"from": "2020-01-01", "promulgated": "2019-12-01", "number": "1",
 "sha256": "$(sha256sum "$dir/texts/bylaw/2020-01-01.md" | cut -c1-64)", "articles": {"3": "00 (1) (1).1 (1).2 (1).2.a (1).2.b (1).2-1 (2)", "3-2": "00 .1 .2"}}]}}}
I
python3 - "$law/scheme.json" <<'P'
import json, sys
s = json.load(open(sys.argv[1]))
s['article_heading'] = {'before': '## § ', 'after': '', 'sub': 'bis'}
s['article_marks'] = [{'before': '(', 'numbers': ['I', 'II'], 'after': ')'}, {'after': '.'}, {'numbers': ['a', 'b'], 'as': ['a', 'b'], 'after': '.'}]
json.dump(s, open(sys.argv[1], 'w'))
P
sed -i 's/^2bis/2bis1/; s/^## § 3bis/## § 3bis2/' "$dir/texts/bylaw/2020-01-01.md"
sed -i "s/\"sha256\": \"[0-9a-f]*\"/\"sha256\": \"$(sha256sum "$dir/texts/bylaw/2020-01-01.md" | cut -c1-64)\"/" "$law/statutes.json"
G() { out/goldenbridge "$@" --store "$dir/s" --law "$dir/law" --scheme xx-tiny; }
ok "a store" G init
ok "the text is imported" G law import "$dir/texts"
part() { G law show "$1" --on 2024-01-01 | tail -n +3 | sed 's/ .*//' | tr '\n' ' '; }
is "a paragraph with all in it" '(I) 1\. 2\. a\. still b\. 2bis1\. ' "$(part 'bylaw:3(1)')"
is "the last paragraph, which a number in brackets does not end" '(II) (II.5) ' "$(part 'bylaw:3(2)')"
is "an item leads with the beginning of its paragraph" '(I) 1\. ' "$(part 'bylaw:3(1).1')"
is "an item with its letters, as it may be written" '(I) 2\. a\. still b\. ' "$(part 'Bylaw 3(1)2')"
is "a letter and its second line" '(I) 2\. a\. still ' "$(part 'bylaw:3(1).2.a')"
is "an item put in later is not the one before" '(I) 2bis1\. ' "$(part 'bylaw:3(1).2-1')"
is "an item of an article without paragraphs" '2\. ' "$(part 'bylaw:3-2.2')"
is "a whole article" '1\. 2\. ' "$(part 'bylaw:3-2')"
no "what does not stand there" NOT_FOUND G law show 'bylaw:3(3)'
serve "$dir/server" --store "$dir/s" --law "$dir/law" || give_up "$dir/server"
page() { curl -s "$url/law/article?act=bylaw&at=$1" | grep -o '<li class="named">[^ ]*' | sed 's/.*>//' | tr '\n' ' '; }
is "the page marks the part in its article" '(I) 2. b. ' "$(page '3(1).2.b')"
is "and nothing where the article is named" '' "$(page 3)"
verdict
