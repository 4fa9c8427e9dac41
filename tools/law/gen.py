#!/usr/bin/env python3
"""gen.py: writes the DMN models under law/kr-eps/decisions from their compact sources in tools/law/models.
SPDX-License-Identifier: Apache-2.0

Usage: gen.py [name ...]      (all models when no name is given); SCHEME=kz-flp gen.py takes tools/law/models/kz-flp

A source (tools/law/models/<name>.law) is read line by line:

  model Title                     the model and its top decision
  days 2010-04-12 2024-01-10      one version (folder) per day
  about text                      description
  input name : Type : meaning     a fact; "Type?" = may be left out; "Type if EXPR" = needed only where EXPR is true
  know Name(a: Type, b: Type) : Type     a knowledge model, FEEL in the indented lines below
  decide Name : Type              a literal expression, FEEL below
  unique Name : Type              a decision table, a rule per line below:
  collect Name : Type             id : input is test ; input is test => output @ citations @ source
  order first <= second           days that cannot stand the other way round: then the facts contradict each other
  lawday fact @ citations @ source   the fact whose day picks the version, where there is no "governing day"
  top granted refused             the top decision: words for yes and no, then lines "+ key: FEEL" for its extras

Dates and durations stand bare (2010-04-12, P3M). A line that starts with {a..b} holds only for versions with a <= day < b.
A rule without a condition on a column has "-" there. Requirements and the diagram are made from the names used.
"""
import os
import re
import sys
from xml.sax.saxutils import escape, quoteattr

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SCHEME = os.environ.get('SCHEME', 'kr-eps')
SOURCES = os.path.join(HERE, 'models', '' if SCHEME == 'kr-eps' else SCHEME)
OUT = os.path.join(ROOT, 'law', SCHEME, 'decisions')
KEYWORDS = set('in and or not if then else for return some every satisfies between instance of function true false '
               'null external'.split())


def slug(name):
    return re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')


def types():
    ret = {}
    for line in open(os.path.join(SOURCES, 'types.txt'), encoding='utf-8'):
        line = line.split('#')[0].strip()
        if line:
            name, values = line.split('=', 1)
            ret[name.strip()] = [v.strip() for v in values.split('|')]
    return ret


TYPES = types()
BUILTIN = {'string', 'number', 'boolean', 'date', 'Any', 'days and time duration', 'years and months duration'}
LISTS = {'Texts': 'string', 'Dates': 'date', 'Numbers': 'number'}


class Node:
    def __init__(self, kind, name, typ):
        self.kind, self.name, self.type = kind, name, typ
        self.text, self.params, self.rules, self.doc = [], [], [], ''
        self.optional, self.when, self.extras = False, '', []
        self.executed, self.columns = None, {}  # where they differ from what the source says (guard)
        self.words = ('granted', 'refused')


class Rule:
    def __init__(self, ident, conds, out, article, source):
        self.id, self.conds, self.out, self.article, self.source = ident, conds, out, article, source


def feel(text):
    """Bare dates and durations become calls, outside of string literals."""
    parts = re.split(r'("[^"]*")', text)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r'(?<![\w"-])(\d{4}-\d\d-\d\d)(?![\w"-])', r'date("\1")', parts[i])
        parts[i] = re.sub(r'(?<![\w"])(-?P\d+[YMD])(?![\w"])', r'duration("\1")', parts[i])
    return ''.join(parts)


def guarded(text):
    """"a != null and b != null and REST" as a choice, so that REST is not even looked at where a fact is missing."""
    m = re.match(r'^((?:[\w ]+ != null and )+)(.*)$', text)
    if not m or m.group(2).endswith('!= null'):
        return text
    return 'if %s then (%s) else false' % (m.group(1)[:-len(' and ')], m.group(2))


def applies(line, day):
    m = re.match(r'^(\s*)\{(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?\}\s?(.*)$', line)
    if not m:
        return line
    if (m.group(2) and day < m.group(2)) or (m.group(3) and day >= m.group(3)):
        return None
    return m.group(1) + m.group(4)


class Model:
    def __init__(self, path, day=None):
        self.path, self.slug = path, os.path.basename(path)[:-4]
        self.title = self.about = ''
        self.days, self.nodes, self.day, self.noted, self.orders = [], [], day, True, []
        for number, line in enumerate(open(path, encoding='utf-8'), 1):
            line = line.rstrip('\n')
            line = self.kept(line, day) if day else (line if line.startswith('days ') else None)
            if line is None:
                continue
            try:
                self.line(line)
            except Exception as e:
                raise SystemExit('%s:%d: %s\n  %s' % (path, number, e, line))

    def kept(self, line, day):
        """The line where it holds on the day; a note goes with the node above it."""
        ret = applies(line, day)
        if line.startswith('note '):
            return ret if self.noted else None
        if line.strip() and line[0] not in ' \t#':
            self.noted = ret is not None
        return ret

    def line(self, line):
        if not line.strip() or line.lstrip().startswith('#'):
            return
        if line[0] in ' \t':
            return self.body(line.strip())
        word, _, rest = line.partition(' ')
        getattr(self, 'on_' + word)(rest.strip())

    def on_model(self, rest):
        self.title = rest

    def on_days(self, rest):
        self.days = rest.split()

    def on_about(self, rest):
        self.about = (self.about + ' ' + rest).strip()

    def on_input(self, rest):
        name, typ, doc = [x.strip() for x in rest.split(' : ', 2)]
        node = Node('input', name, typ)
        node.doc = doc
        if ' if ' in typ:
            node.type, node.when = [x.strip() for x in typ.split(' if ', 1)]
        if node.type.endswith('?'):
            node.type, node.optional = node.type[:-1], True
        self.nodes.append(node)

    def on_know(self, rest):
        m = re.match(r'^(.*?)\((.*)\) : (.*)$', rest)
        node = Node('know', m.group(1), m.group(3))
        node.params = [tuple(x.strip() for x in p.split(':')) for p in m.group(2).split(',')]
        self.nodes.append(node)

    def on_decide(self, rest):
        self.nodes.append(Node('decide', *[x.strip() for x in rest.split(' : ')]))

    def on_unique(self, rest):
        self.nodes.append(Node('unique', *[x.strip() for x in rest.split(' : ')]))

    def on_collect(self, rest):
        self.nodes.append(Node('collect', *[x.strip() for x in rest.split(' : ')]))

    def on_note(self, rest):
        self.nodes[-1].doc = (self.nodes[-1].doc + ' ' + rest).strip()

    def on_top(self, rest):
        node = Node('top', self.title, 'Any')
        node.words = tuple(x.strip() for x in (rest.split('/') if '/' in rest else rest.split()))
        self.nodes.append(node)

    def on_lawday(self, rest):
        """lawday FACT @ citations @ source: the fact whose day picks the law that counts; told in the answer as "law day"."""
        fact, article, source = [x.strip() for x in rest.rsplit('@', 2)]
        node = Node('unique', 'Law day', 'date')
        node.doc = 'The day whose law counts.'
        node.rules.append(Rule('d1', [(fact, '-')], fact, article, source))
        self.nodes.append(node)

    def on_order(self, rest):
        self.orders.append(tuple(x.strip() for x in rest.split('<=')))

    def on_use(self, rest):
        """use NAME: lines of models/NAME.part"""
        for line in open(os.path.join(SOURCES, rest + '.part'), encoding='utf-8'):
            line = self.kept(line.rstrip('\n'), self.day) if self.day else line.rstrip('\n')
            if line is not None:
                self.line(line)

    def body(self, text):
        node = self.nodes[-1]
        if node.kind in ('unique', 'collect'):
            ident, _, rest = text.partition(' : ')
            rest, article, source = [x.strip() for x in rest.rsplit('@', 2)]
            left, _, out = rest.rpartition('=>')
            conds = []
            for c in left.split(' ; '):
                if c.strip():
                    expr, _, test = c.partition(' is ')
                    if not test:
                        raise ValueError('condition without " is "')
                    conds.append((feel(guarded(expr.strip())), feel(test.strip())))
            node.rules.append(Rule(ident.strip(), conds, feel(out.strip()), article, source))
        elif node.kind == 'top':
            node.extras.append(feel(text.lstrip('+ ')))
        else:
            node.text.append(feel(text))

    # ---- what the sources imply ------------------------------------------------------------------------------------

    def inputs(self):
        return [n for n in self.nodes if n.kind == 'input']

    def used(self, texts, without=()):
        """The nodes whose names stand in the texts, the longest name first where one is part of another."""
        text, ret = re.sub(r'"[^"]*"', '""', '\n'.join(texts)), []
        for node in sorted(self.nodes, key=lambda n: -len(n.name)):
            if node.name in without:
                continue
            pattern = r'(?<![\w])' + re.escape(node.name) + r'(?![\w])'
            # a context key of the same words is no use of the name
            hits = [h for h in re.finditer(pattern, text) if not re.match(r'\s*:', text[h.end():])]
            if hits:
                ret.append(node)
                for h in reversed(hits):
                    text = text[:h.start()] + '\u0001' + text[h.end():]
        return sorted(ret, key=self.nodes.index)

    def facts_behind(self, texts, seen=None):
        """The facts on which the texts rest, through every decision between."""
        seen = set() if seen is None else seen
        for n in self.used(texts):
            if n.name not in seen:
                seen.add(n.name)
                self.facts_behind(texts_of(n) + [n.when], seen)
        return [n.name for n in self.inputs() if n.name in seen and not n.optional]

    def unsure(self, collects):
        """A list of the codes of rules that rest on a missing fact; such a ground is not heard."""
        behind = {}
        for n in self.nodes:
            for r in n.rules if n.name in collects else []:
                for code in re.findall(r'"([^"]*)"', r.out):
                    texts = [t for c in r.conds for t in c] + [r.out]
                    behind.setdefault(code, set()).update(self.facts_behind(texts))
        codes, order = {}, [n.name for n in self.inputs()]
        for code, facts in behind.items():
            if facts:
                codes.setdefault(tuple(sorted(facts, key=order.index)), []).append(code)
        return codes

    def finish(self):
        tops = [n for n in self.nodes if n.kind == 'top']
        if not tops:
            return self
        top = tops[0]
        if any(n.name == 'Law day' for n in self.nodes):
            top.extras.append('law day: Law day')
        facts = []
        for n in self.inputs():
            if n.optional:
                continue
            test = '%s = null' % n.name
            if n.when:
                test = '(%s) = true and %s' % (feel(n.when), test)
            facts.append('if %s then "%s" else null' % (test, n.name))
        missing = Node('decide', 'Missing facts', 'Texts')
        missing.doc = 'The facts that the decision needs and that were not given.'
        missing.text = ['[' + ',\n '.join(facts) + '][item != null]']
        self.nodes.insert(self.nodes.index(top), missing)
        self.contradictions(top)
        self.guard(top, missing)
        order = ['Scope grounds', 'Grounds', 'Discretion', 'Scope questions', 'Open questions']
        collects = sorted([n.name for n in self.nodes if n.kind == 'collect' and n.name in order], key=order.index)
        refusing = [n for n in collects if n.endswith('rounds')]
        yes, no = top.words
        top.type = 'Answer'
        firm = self.firm(top, collects)
        found = 'count(flatten([%%s])[%s]) > 0' % firm
        heard = 'flatten([%s])[%s]' % (', '.join(collects), firm)
        steps = []
        if self.orders:
            heard = 'concatenate(%s, if count(Contradictions) > 0 then ["FACTS_CONTRADICT"] else [])' % heard
            steps.append('if count(Contradictions) > 0 then "cannot decide"')
            top.extras.append('contradicting: if count(Contradictions) > 0 then Contradictions else null')
        keys = ['grounds: ' + heard, 'missing: Missing facts']
        if refusing:
            steps.append('if %s then "%s"' % (found % ', '.join(refusing), no))
        if 'Discretion' in collects:
            steps.append('if %s then "may be refused"' % (found % 'Discretion'))
        broken = ''.join(' or %s = null' % c for c in collects)
        steps.append('if count(missing) > 0 or count(grounds) > 0%s then "cannot decide"' % broken)
        keys.append('outcome: ' + '\n   else '.join(steps + ['"%s"' % yes]))
        top.text = ['{' + ',\n '.join(keys + [self.figure(e) for e in top.extras]) + '}']
        top.kind = 'decide'
        return self

    def contradictions(self, top):
        """Facts that were told and cannot be true together, as far as the source says which day comes first."""
        inputs = {n.name for n in self.inputs()}
        self.orders = [o for o in self.orders if set(o) <= inputs]
        if self.orders:
            node = Node('decide', 'Contradictions', 'Texts')
            node.doc = 'Facts that contradict another one: a day that comes before one that it must follow. Then nothing is decided.'
            node.text = ['[' + ',\n '.join('if (if %s = null or %s = null then false else %s > %s) then "%s" else null' % (a, b, a, b, b)
                                           for a, b in self.orders) + '][item != null]']
            self.nodes.insert(self.nodes.index(top), node)

    def guard(self, top, missing):
        """Sets what is executed for expressions and columns that rest on facts: `text` and `columns` stay as the source writes them."""
        if [n.name for n in self.used([feel(n.when) for n in self.inputs()]) if n.kind != 'input']:
            raise SystemExit('%s: a fact is needed where a decision says so' % self.path)
        inputs = {n.name for n in self.inputs()}
        for n in self.nodes:
            if n.kind == 'decide' and n is not missing and n.name != 'Contradictions':
                n.executed = [self.told_first('\n'.join(n.text))]
            for r in n.rules:
                for expr, _ in r.conds:
                    if expr not in inputs and not any(d.kind == 'decide' and d.name == expr for d in self.nodes):
                        n.columns[expr] = self.told_first(expr)

    def firm(self, top, collects):
        """The test that a ground is heard; makes the decision "Unsure grounds" where grounds rest on facts that may be missing."""
        codes = self.unsure(collects)
        if not codes:
            return 'item != null'
        node = Node('decide', 'Unsure grounds', 'Texts')
        node.doc = 'Grounds that rest on a missing fact: they are not heard before it is told.'
        parts = ['if %s then [%s] else []' % (is_missing(facts), ', '.join('"%s"' % c for c in found)) for facts, found in codes.items()]
        node.text = ['if count(Missing facts) = 0 then [] else flatten([' + ',\n '.join(parts) + '])']
        self.nodes.insert(self.nodes.index(top), node)
        return 'item != null and not(list contains(Unsure grounds, item))'

    def figure(self, extra):
        """A figure of the answer is not told where a fact behind it is missing."""
        key, _, expr = [x.strip() for x in extra.partition(':')]
        facts = [] if 'Contradictions' in expr else self.facts_behind([re.sub(r'\bgrounds\b', ' ', expr)])
        return '%s: if %s then null else %s' % (key, is_missing(facts), expr) if facts else extra


    def told_first(self, text):
        """The text, without a value where a fact that it rests on is missing: an error there would silence the grounds that stand
        without it. Such a fact is among the missing ones, so that nothing is granted by this."""
        facts, behind = [n for n in self.inputs() if not n.optional], self.facts_behind([text])
        facts = [n for n in facts if n.name in behind]
        if not facts:
            return text
        if any(n.when for n in facts):
            test = is_missing([n.name for n in facts])
        else:
            test = ' or '.join('%s = null' % n.name for n in facts)
        return 'if %s then null else %s' % (test, text)


def executed_of(node):
    """The texts of a node as they are executed."""
    ret = list(node.executed or node.text)
    for r in node.rules:
        ret += [t for expr, test in r.conds for t in (node.columns.get(expr, expr), test)] + [r.out]
    return ret


def texts_of(node):
    ret = list(node.text)
    for r in node.rules:
        ret += [t for c in r.conds for t in c] + [r.out]
    return ret


def is_missing(facts):
    return 'some fact in Missing facts satisfies list contains([%s], fact)' % ', '.join('"%s"' % f for f in facts)


# ---- XML ----------------------------------------------------------------------------------------------------------------

class Writer:
    def __init__(self, model):
        self.m, self.lines = model, []
        self.names = {n.name: n for n in model.nodes}
        for name in self.names:
            bad = set(name.lower().split()) & KEYWORDS
            if bad or not re.match(r'^[A-Za-z][A-Za-z0-9]*( [A-Za-z0-9]+)*$', name):
                raise SystemExit('%s: name "%s" is not allowed' % (model.path, name))
        if len(self.names) != len(model.nodes):
            raise SystemExit('%s: a name is used twice' % model.path)

    def id(self, node):
        return {'input': 'in-', 'know': 'know-'}.get(node.kind, 'd-') + slug(node.name)

    def out(self, text):
        self.lines.append(text)

    def used(self, node):
        return self.m.used(executed_of(node), [node.name] + [p[0] for p in node.params])

    def layers(self, node):
        ret = []
        for r in node.rules:
            for cite in r.article.split(';'):
                layer = cite.strip().split(':')[0]
                if layer and layer not in ret:
                    ret.append(layer)
        return ret

    def type_name(self, typ):
        return typ

    def write(self):
        m = self.m
        o = self.out
        ns = 'urn:goldenbridge:law:%s:%s:%s' % (SCHEME, m.day, m.slug)
        o('<?xml version="1.0" encoding="UTF-8"?>')
        o('<!-- %s: %s, in force from %s. SPDX-License-Identifier: Apache-2.0 -->' % (m.slug, m.title, m.day))
        o('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"')
        o('             xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"')
        o('             xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"')
        o('             xmlns:di="http://www.omg.org/spec/DMN/20180521/DI/"')
        o('             id=%s name=%s namespace=%s>' % (quoteattr(m.slug), quoteattr(m.title), quoteattr(ns)))
        o('  <description>%s</description>' % escape(m.about))
        self.types()
        self.reqs = {n.name: self.used(n) for n in m.nodes}
        sources = []
        for n in m.nodes:
            for layer in self.layers(n):
                if layer not in sources:
                    sources.append(layer)
        for n in m.nodes:
            {'input': self.input, 'know': self.know}.get(n.kind, self.decision)(n)
        for s in sources:
            o('  <knowledgeSource id="source-%s" name=%s/>' % (slug(s), quoteattr(s)))
        self.diagram(sources)
        o('</definitions>')
        return '\n'.join(self.lines) + '\n'

    def types(self):
        o, used = self.out, []
        for n in self.m.nodes:
            used += [n.type] + [p[1] for p in n.params] + [t for _, t in (self.extra_types() if n.extras else [])]
        if 'Answer' in used:
            used.append('Texts')
        for t in sorted(set(used), key=lambda t: (t == 'Answer', t)):
            if t in BUILTIN:
                continue
            if t in LISTS:
                o('  <itemDefinition name="%s" isCollection="true"><typeRef>%s</typeRef></itemDefinition>'
                  % (t, LISTS[t]))
            elif t == 'Answer':
                o('  <itemDefinition name="Answer">')
                parts = [('outcome', 'string'), ('grounds', 'Texts'), ('missing', 'Texts')] + self.extra_types()
                for name, typ in parts:
                    o('    <itemComponent name=%s><typeRef>%s</typeRef></itemComponent>' % (quoteattr(name), typ))
                o('  </itemDefinition>')
            elif t in TYPES:
                o('  <itemDefinition name="%s"><typeRef>string</typeRef>' % t)
                o('    <allowedValues><text>%s</text></allowedValues>'
                  % escape(', '.join('"%s"' % v for v in TYPES[t])))
                o('  </itemDefinition>')
            else:
                raise SystemExit('%s: unknown type %s' % (self.m.path, t))

    def extra_types(self):
        """Components of the answer: the type of the name an extra is (or gives beside null), else what its form shows."""
        ret = []
        for n in self.m.nodes:
            for extra in n.extras:
                key, _, expr = [x.strip() for x in extra.partition(':')]
                m = re.match(r'^if .* then (.*) else (.*)$', expr)
                for part in ([x for x in (m.group(1), m.group(2)) if x != 'null'] if m else []) + [expr]:
                    if part in self.names:
                        typ = self.names[part].type
                        break
                    if part.startswith('"'):
                        typ = 'string'
                        break
                    if re.match(r'^-?[0-9]+$', part) or part.startswith('floor('):
                        typ = 'number'
                        break
                    if part in ('true', 'false') or re.match(r'^[\w ]+ (<=|>=|<|>|=) .*$', part) and not part.startswith('if '):
                        typ = 'boolean'
                        break
                    if 'duration(' in part and '+' in part:
                        typ = 'date'
                        break
                else:
                    raise SystemExit('%s: type of "%s" cannot be told' % (self.m.path, extra))
                ret.append((key, typ))
        return ret

    def input(self, n):
        self.out('  <inputData id="%s" name=%s>' % (self.id(n), quoteattr(n.name)))
        self.out('    <description>%s</description>' % escape(n.doc))
        self.out('    <variable name=%s typeRef=%s/>' % (quoteattr(n.name), quoteattr(n.type)))
        self.out('  </inputData>')

    def requirements(self, n, indent):
        for r in sorted(self.reqs[n.name], key=lambda r: r.kind == 'know'):
            ident = 'r-%s-%s' % (self.id(n), self.id(r))
            if r.kind == 'know':
                tag, ref = 'knowledgeRequirement', 'requiredKnowledge'
            elif r.kind == 'input':
                tag, ref = 'informationRequirement', 'requiredInput'
            else:
                tag, ref = 'informationRequirement', 'requiredDecision'
            self.out('%s<%s id="%s"><%s href="#%s"/></%s>' % (indent, tag, ident, ref, self.id(r), tag))
        for layer in self.layers(n):
            self.out('%s<authorityRequirement id="a-%s-%s"><requiredAuthority href="#source-%s"/></authorityRequirement>'
                     % (indent, self.id(n), slug(layer), slug(layer)))

    def know(self, n):
        o = self.out
        o('  <businessKnowledgeModel id="%s" name=%s>' % (self.id(n), quoteattr(n.name)))
        if n.doc:
            o('    <description>%s</description>' % escape(n.doc))
        o('    <variable name=%s typeRef=%s/>' % (quoteattr(n.name), quoteattr(n.type)))
        o('    <encapsulatedLogic>')
        for name, typ in n.params:
            o('      <formalParameter name=%s typeRef=%s/>' % (quoteattr(name), quoteattr(typ)))
        o('      <literalExpression id="%s-x"><text>%s</text></literalExpression>'
          % (self.id(n), escape('\n'.join(n.text))))
        o('    </encapsulatedLogic>')
        self.requirements(n, '    ')
        o('  </businessKnowledgeModel>')

    def decision(self, n):
        o = self.out
        o('  <decision id="%s" name=%s>' % (self.id(n), quoteattr(n.name)))
        if n.doc:
            o('    <description>%s</description>' % escape(n.doc))
        o('    <variable name=%s typeRef=%s/>' % (quoteattr(n.name), quoteattr(n.type)))
        self.requirements(n, '    ')
        if n.kind == 'decide':
            o('    <literalExpression id="%s-x"><text>%s</text></literalExpression>'
              % (self.id(n), escape('\n'.join(n.executed or n.text))))
        else:
            self.table(n)
        o('  </decision>')

    def column_type(self, n, column):
        """The type of an input expression: that of the name it is, else as its tests show."""
        if column in self.names:
            return self.names[column].type
        tests = [test for r in n.rules for expr, test in r.conds if expr == column]
        if all(t in ('true', 'false') for t in tests):
            return 'boolean'
        if all('date(' in t for t in tests):
            return 'date'
        return 'string' if '"' in tests[0] else 'number'

    def table(self, n):
        o, columns = self.out, []
        for r in n.rules:
            for expr, _ in r.conds:
                if expr not in columns:
                    columns.append(expr)
        ident = self.id(n)
        o('    <decisionTable id="%s-t" hitPolicy="%s">' % (ident, n.kind.upper()))
        for i, c in enumerate(columns, 1):
            ref = ' typeRef=%s' % quoteattr(self.column_type(n, c))
            o('      <input id="%s-i%d" label=%s><inputExpression id="%s-e%d"%s><text>%s</text></inputExpression></input>'
              % (ident, i, quoteattr(c), ident, i, ref, escape(n.columns.get(c, c))))
        typ = LISTS.get(n.type, n.type) if n.kind == 'collect' else n.type
        o('      <output id="%s-o"%s/>' % (ident, '' if typ == 'Any' else ' typeRef=%s' % quoteattr(typ)))
        o('      <annotation name="article"/>')
        o('      <annotation name="source"/>')
        seen = set()
        for r in n.rules:
            if r.id in seen:
                raise SystemExit('%s: %s: rule id %s is used twice' % (self.m.path, n.name, r.id))
            seen.add(r.id)
            rid = '%s.%s.%s' % (self.m.slug, slug(n.name), r.id)
            conds = {}
            for expr, test in r.conds:
                if expr in conds:
                    raise SystemExit('%s: %s: two tests of one column' % (self.m.path, rid))
                conds[expr] = test
            o('      <rule id="%s">' % rid)
            o('        <description>%s</description>' % escape(r.article))
            for i, c in enumerate(columns, 1):
                o('        <inputEntry id="%s-i%d"><text>%s</text></inputEntry>' % (rid, i, escape(conds.get(c, '-'))))
            o('        <outputEntry id="%s-o"><text>%s</text></outputEntry>' % (rid, escape(r.out)))
            o('        <annotationEntry><text>%s</text></annotationEntry>' % escape(r.article))
            o('        <annotationEntry><text>%s</text></annotationEntry>' % escape(r.source))
            o('      </rule>')
        o('    </decisionTable>')

    # ---- diagram: rows by depth ------------------------------------------------------------------------------------

    def diagram(self, sources):
        o, depth = self.out, {}

        def level(n):
            if n.name not in depth:
                depth[n.name] = 0
                depth[n.name] = 0 if n.kind == 'input' else 1 + max([level(r) for r in self.reqs[n.name]] or [0])
            return depth[n.name]
        for n in self.m.nodes:
            level(n)
        top, rows, box = max(depth.values()), {}, {}
        size = {'input': (125, 45), 'know': (135, 46)}
        for n in self.m.nodes:
            k = depth[n.name]
            w, h = size.get(n.kind, (180, 80))
            i = rows[k] = rows.get(k, 0) + 1
            box[n.name] = (160 + (i - 1) * 210, 80 + (top - k) * 160, w, h)
        o('  <dmndi:DMNDI>')
        o('    <dmndi:DMNDiagram id="diagram">')
        for n in self.m.nodes:
            o('      <dmndi:DMNShape id="shape-%s" dmnElementRef="%s"><dc:Bounds x="%d" y="%d" width="%d" height="%d"/>'
              '</dmndi:DMNShape>' % ((self.id(n), self.id(n)) + box[n.name]))
        place = {}
        for i, s in enumerate(sources):
            place[s] = (20, 80 + i * 90, 100, 63)
            o('      <dmndi:DMNShape id="shape-source-%s" dmnElementRef="source-%s"><dc:Bounds x="%d" y="%d" width="%d" '
              'height="%d"/></dmndi:DMNShape>' % ((slug(s), slug(s)) + place[s]))
        for n in self.m.nodes:
            for r in self.reqs[n.name]:
                self.edge('r-%s-%s' % (self.id(n), self.id(r)), box[r.name], box[n.name])
            for layer in self.layers(n):
                self.edge('a-%s-%s' % (self.id(n), slug(layer)), place[layer], box[n.name])
        o('    </dmndi:DMNDiagram>')
        o('  </dmndi:DMNDI>')

    def edge(self, ident, a, b):
        self.out('      <dmndi:DMNEdge id="edge-%s" dmnElementRef="%s"><di:waypoint x="%d" y="%d"/><di:waypoint x="%d" '
                 'y="%d"/></dmndi:DMNEdge>' % (ident, ident, a[0] + a[2] // 2, a[1], b[0] + b[2] // 2, b[1] + b[3]))


def sources():
    folder = SOURCES
    return [os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.endswith('.law')]


def main():
    wanted = sys.argv[1:]
    count, written = 0, set()
    for path in sources():
        name = os.path.basename(path)[:-4]
        if wanted and name not in wanted:
            continue
        for day in Model(path).days:
            model = Model(path, day).finish()
            folder = os.path.join(OUT, day)
            os.makedirs(folder, exist_ok=True)
            written.add(os.path.join(folder, name + '.dmn'))
            with open(os.path.join(folder, name + '.dmn'), 'w', encoding='utf-8') as f:
                f.write(Writer(model).write())
            count += 1
    for folder, _, files in os.walk(OUT):
        for f in files:
            if not wanted and os.path.join(folder, f) not in written:
                os.remove(os.path.join(folder, f))
    print('%d models written' % count)


if __name__ == '__main__':
    main()
