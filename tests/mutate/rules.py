"""Which damage is done: the bodies of gradients in the sources, and the mutants of each body."""

import re
from collections import namedtuple
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# A body to damage, text[start:end] with its braces; `number` is the same in every run.
Body = namedtuple("Body", "path name start end number")

# Functions that are gradients by their names. What only they call is damaged too.
NAMES = r"backward|backward_kernel|jvp|slope|\w+_backward|\w+_backward_\w+|backward_\w+|\w*gradient\w*"
# Files that are gradients from the first line to the last.
WHOLE = {"ops/formula/derivative.cpp"}
FOLDERS = [("ops", "*.cpp"), ("ops", "*.hpp"), ("ops/formula", "derivative.cpp"),
           ("core/kernels", "*.cpp"), ("core/kernels", "*_isa.inl")]
# One source for several instruction sets is damaged where it stands; code for a foreign library
# that double precision does not use, and this gate reads double precision, is not.
EXCLUDED = re.compile(r"(_onednn|_avx2|_avx512|_baseline)\.cpp$")

KEYWORDS = {"if", "for", "while", "switch", "catch", "return", "sizeof", "decltype", "requires",
            "alignas", "noexcept", "static_assert", "operator", "constexpr", "defined"}
DEFINITION = re.compile(r"(?:\s|const\b|override\b|final\b|noexcept\b|->\s*[\w:<>,&*]+)*\{")

INTEGER, REAL = r"(\d+)", r"(\d+\.\d+(?:e-?\d+)?)"
COMPARISONS = [("<", ">="), (">", "<="), ("<=", ">"), (">=", "<"), ("==", "!="), ("!=", "==")]
# (kind, pattern, replacement); each occurrence is one mutant.
RULES = [
    ("swap saved", r"saved(_value)?\(0\)", r"saved\1(1)"),
    ("swap saved", r"saved(_value)?\(1\)", r"saved\1(0)"),
    ("sign", r"(?<=[\w)\]]) - (?=[\w(*])", " + "),
    ("sign", r"(?<=[\w)\]]) \+ (?=[\w(*-])", " - "),
    ("sign", r" \+= ", " -= "),
    ("sign", r" -= ", " += "),
    ("sign", r"(?:\b\w+::)*\bneg\(", "("),
    ("sign", r"(?<=[({=,?:])( ?)-(?=[A-Za-z(])", r"\1"),
    ("sign", r"\breturn -(?=[A-Za-z(])", "return "),
    ("sign", r"Unary::neg\b", "Unary::abs"),
    ("sign", r"return \{gy\}", "return {neg(gy)}"),
    ("sign", r"return t\[0\];", "return neg(t[0]);"),
    ("operation", r"(?<=[\w)\]]) \* (?=[\w(])", " / "),
    ("operation", r"(?<=[\w)\]]) / (?=[\w(])", " * "),
    ("operation", r" \*= ", " /= "),
    ("operation", r" /= ", " *= "),
    ("operation", r"\bmul\((?=\w+,)", "div("),
    ("operation", r"\bdiv\((?=\w+,)", "mul("),
    ("operation", r"Binary::mul\b", "Binary::div"),
    ("operation", r"Binary::div\b", "Binary::mul"),
    ("operation", r"Binary::gt\b", "Binary::lt"),
    ("operation", r"\bstd::max\b(?=[(<{])", "std::min"),
    ("operation", r"\bstd::min\b(?=[(<{])", "std::max"),
    ("constant", r"\bT\(" + INTEGER + r"\)", r"T(\1 + 1)"),
    ("constant", REAL, r"(\1 * 1.01 + 0.01)"),
    ("constant", r"(?<![\w.])" + INTEGER + r"(?= [*/+-] )(?![\w.])", r"(\1 + 1)"),
    ("constant", r"(?<= [*/] )" + INTEGER + r"(?![\w.])(?! [*/+-] )", r"(\1 + 1)"),
    ("constant", r"(?<=[\w)\]] [+-] )" + INTEGER + r"(?![\w.])(?! [*/] )", r"(\1 + 1)"),
    ("constant", r"(?<=[,(={?:<>] )" + INTEGER + r"(?=[,;)}]| :)", r"(\1 + 1)"),
    ("constant", r"(?<=, )-1(?=\))", "-2"),
    ("flag", r"\btrue\b", "false"),
    ("flag", r"\bfalse\b", "true"),
    ("flag", r" && ", " || "),
    ("flag", r" \|\| ", " && "),
    *[("condition", rf"(?<=[\w)\]]) {re.escape(a)} (?=[\w(-])", f" {b} ") for a, b in COMPARISONS],
    # What was asked for is not computed. The contrary, work that nobody asked for, changes nothing.
    ("drop needs", r"\bctx\.needs\((\w+)\)", "false"),
    ("drop needs", r"\bt\[(\w)\]\.defined\(\)", "false"),
]
# Calls replaced by their first argument.
DROPPED = ["sum_to", "sum_array_to", "transpose", "broadcast_to", "reshape", "tril", "unsqueeze",
           "square", "sqrt", "exp", "nan_where", "add_tangents"]
# Where the number of rounds or the place in an array changes, memory is read that is not ours.
LOOP = re.compile(r"\bfor \(")
IN_LOOP = {"condition", "operation", "sign"}


class Mutant:
    def __init__(self, body, number, kind, position, before, after, text):
        self.body, self.number, self.kind, self.position = body, number, kind, position
        self.before, self.after, self.text, self.path = before, after, text, body.path
        start = text.rfind("\n", 0, position) + 1
        self.line = text.count("\n", 0, position) + 1
        stop = text.find("\n", position)
        self.context = text[start:stop].strip()
        self.column = len(text[start:position].lstrip())

    def name(self):
        change = f"{self.before} -> {self.after}"
        return f"{self.path}:{self.line}: {self.kind}: {' '.join(change.split())} in: {self.context}"

    def key(self):  # survives moving of lines
        change = f"{self.before} -> {self.after} @{self.column}"
        return f"{self.path} | {self.context} | {' '.join(change.split())}"

    def function(self):
        return f"{self.path} | {self.body.name}() | any"

    def source(self):
        """The body of the function, damaged."""
        end = self.position + len(self.before)
        return self.text[self.body.start:self.position] + self.after + self.text[end:self.body.end]


def closing(text, start, opening, end):
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == opening) - (text[i] == end)
        if depth == 0:
            return i
    return len(text)


def code_of(text):
    """The text with comments, strings and preprocessor lines blanked: same length, same lines."""
    blank = lambda m: re.sub(r"[^\n]", " ", m.group())
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|^#(?:[^\n]*\\\n)*[^\n]*', blank, text,
                  flags=re.S | re.M)


def functions(code):
    """(name, start, end) of every function defined in the file; its body is code[start:end]."""
    found, end_of_last = [], 0
    for match in re.finditer(r"\b([A-Za-z_]\w*)\(", code):
        if match.start() < end_of_last or match.group(1) in KEYWORDS:
            continue
        after = closing(code, match.end() - 1, "(", ")") + 1
        brace = DEFINITION.match(code, after)
        if not brace:
            continue
        end = closing(code, brace.end() - 1, "{", "}") + 1
        declared = code[max(code.rfind(c, 0, match.start()) for c in ";}{") + 1:match.start()]
        if not re.search(r"\bconstexpr\b", declared):
            found.append((match.group(1), brace.end() - 1, end))
        end_of_last = end
    return found


@lru_cache
def headers(root):
    """{path: every word before a parenthesis} of the headers."""
    return {str(header.relative_to(root)): set(re.findall(r"\b(\w+)\(", code_of(header.read_text())))
            for folder in ("ops", "ops/formula", "core/kernels")
            for header in (root / folder).glob("*.hpp")}


def declared(path):
    """What other files may call."""
    return set().union(*(words for header, words in headers(ROOT).items() if header != path))


def hidden(code):
    """Where the unnamed namespaces are."""
    return [(m.start(), closing(code, m.end() - 1, "{", "}"))
            for m in re.finditer(r"\bnamespace \{", code)]


def gradients(path, code):
    """The functions that are gradients, and what they call that nothing else does."""
    defined = functions(code)
    names = {name for name, _, _ in defined}
    known, own = declared(path), hidden(code)
    public = {name for name, start, _ in defined
              if name in known and not any(a < start < b for a, b in own)}
    calls = {}
    for name, start, end in defined:
        used = set(re.findall(r"\b([A-Za-z_]\w*)\b", code[start:end])) & names - public
        calls.setdefault(name, set()).update(used - {name})

    def closure(roots):
        reached, todo = set(roots), list(roots)
        while todo:
            for name in calls[todo.pop()] - reached:
                reached.add(name)
                todo.append(name)
        return reached

    if path in WHOLE:
        return defined
    roots = {name for name in names if re.fullmatch(NAMES, name)}
    below = closure(roots)
    others = closure(names - below)
    return [f for f in defined if f[0] in roots or f[0] in below - others]


def sources():
    listed = (p for folder, pattern in FOLDERS for p in sorted((ROOT / folder).glob(pattern)))
    return [str(p.relative_to(ROOT)) for p in listed if not EXCLUDED.search(p.name)]


def first_argument(inside):
    depth = 0
    for i, c in enumerate(inside):
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 0:
            return inside[:i]
    return inside


def dropped_calls(text, code, start, end):
    for match in re.finditer(rf"(?:\b\w+::)*\b(?:{'|'.join(DROPPED)})\(", code[start:end]):
        begin = start + match.start()
        stop = closing(code, start + match.end() - 1, "(", ")") + 1
        first = first_argument(code[start + match.end():stop - 1])
        if first.strip():
            first = text[start + match.end():start + match.end() + len(first)].strip()
            copied = "Array<T>" if "sum_array_to" in match.group() else ""  # where one is moved in
            yield begin, text[begin:stop], f"{copied}({first})"


def loop_headers(code, start, end):
    for match in LOOP.finditer(code, start, end):
        yield match.start(), closing(code, match.end() - 1, "(", ")")


def changes(text, code, start, end):
    """(kind, position, before, after) in one body, each once."""
    seen, loops = set(), list(loop_headers(code, start, end))
    for kind, pattern, replacement in RULES:
        if kind == "swap saved" and not re.search(pattern.replace("0", "9").replace("1", "0").replace("9", "1"), code):
            continue  # nothing to mistake it for
        for match in re.finditer(pattern, code[start:end]):
            position, after = start + match.start(), match.expand(replacement)
            in_loop = any(a <= position < b for a, b in loops)
            if (position, after) in seen or in_loop and kind in IN_LOOP:
                continue
            seen.add((position, after))
            yield kind, position, match.group(), after
    for position, before, after in dropped_calls(text, code, start, end):
        yield "drop a call", position, before, after


def all_mutants(only=None):
    """{path: (text, [(body, mutants)])} of every source with something to damage, or of `only`."""
    number, found = 0, {}
    for path in sources():
        text = (ROOT / path).read_text()
        code = code_of(text)
        bodies = []
        for name, start, end in gradients(path, code):
            number += 1
            body = Body(path, name, start, end, number)
            listed = [Mutant(body, i + 1, *change, text)
                      for i, change in enumerate(changes(text, code, start, end))]
            if listed:
                bodies.append((body, listed))
        if bodies and (only is None or path in only):
            found[path] = (text, bodies)
    return found
