"""What the reference pages show as examples, from what tests/ops/ops_table exports and from where
its tests write them down; for make_reference.py."""

import re
import sys
import textwrap
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests" / "ops"


def nested(shape, values, number):
    if not shape:
        return number(values[0])
    size = len(values) // shape[0] if shape[0] else 0
    return "{" + ", ".join(
        nested(shape[1:], values[i * size:(i + 1) * size], number) for i in range(shape[0])) + "}"


def ten_digits(value):
    if isinstance(value, str):  # an infinity
        return value
    return "NaN" if value is None else f"{value + 0.:.10g}"


def all_digits(value):
    text = repr(float(value)).removesuffix(".0")
    return "-0." if text == "-0" else text  # -0 would be an integer


def result_text(one):
    text = nested(one["shape"], one["values"], ten_digits)
    return text if 0 not in one["shape"] else f"{text}  (shape {one['shape']})"


def written_call(name, case, operations):
    """The call of a reference case as its test spells it, with x (or x0, x1, ...) for the inputs
    and the name for a captured `function`; None if it needs more: what is captured, a helper."""
    path = TESTS / Path(case["file"]).name
    text = "\n".join(path.read_text().splitlines()[case["line"] - 1:])
    plain = re.match(r".*?\bXG_CALL\((\w+)\)", text.split("\n")[0])
    body = re.match(r".*?\bcall\(\[(?:function)?\]\(const auto& x\) \{\s*return ([^;]*);\s*\}\)",
                    text, re.S)
    if plain and not (body and body.start(1) < plain.start(1)):
        code = f"{plain[1]}(x[0])"
    elif body and "\n" not in text[:body.start(1)].rsplit("call(", 1)[0]:
        code = re.sub(r"\bfunction\(", f"{name}(", re.sub(r"\s+", " ", body[1]))
    else:
        return None
    one = len(case["inputs"]) == 1
    code = re.sub(r"\bx\[(\d)\]", lambda m: "x" if one else f"x{m[1]}", code)
    words = re.findall(r"(?<![\w.])[A-Za-z_]\w*", re.sub(r'"[^"]*"', "", code))
    inputs = {"x"} if one else {f"x{i}" for i in range(len(case["inputs"]))}
    known = operations | {"true", "false"} | inputs
    return code if all(word in known for word in words) else None


def declaration(name, one):
    """A line of C++, where an initializer list says shape and values; else None."""
    if not all(isinstance(value, (int, float)) for value in one["values"]):
        return None
    text = nested(one["shape"], one["values"], all_digits)
    if one["shape"] and min(one["shape"]) > 1:
        return f"const xg::Variable<double> {name}(xg::Array<double>{text});"
    if not one["shape"]:
        scalar = f"xg::Array<double>(xg::Shape{{}}, {text})"
        return f"const xg::Variable<double> {name}({scalar});"
    return None


def size(case):
    return sum(len(one["values"]) for kind in ("inputs", "outputs") for one in case[kind])


def written_example(case):
    """The lines of an XG_EXAMPLE as the tests spell them, without `return`, and its results."""
    path = TESTS / Path(case["file"]).name
    lines, first = path.read_text().splitlines(), case["line"] - 1
    while first > 0 and not lines[first].startswith("XG_EXAMPLE("):
        first -= 1  # of a macro over several lines g++ knows the first, clang++ the last
    source = "\n".join(lines[first:])
    body = re.match(r"XG_EXAMPLE\((\w+).*?\) \{\n(.*?)\n\}(?:\n|$)", source, re.S)
    if not body or body[1] != case["name"]:
        sys.exit(f"{path.name}:{case['line']}: no XG_EXAMPLE of {case['name']}, or it is changed: "
                 "build ops_table")
    text = textwrap.dedent(body[2])
    *setup, result = re.split(r"^return ", text, flags=re.M)
    parts = re.fullmatch(r"\{([\w.,\[\] ]+)\};", result)
    names = parts[1].split(", ") if parts else []
    lines = setup[0].rstrip().split("\n") if setup[0] else []
    values = [result_text(one) for one in case["outputs"]]
    if case["text"]:
        values.append(case["text"])
    if case["boolean"]:
        values = [re.sub("[01]", lambda m: ("false", "true")[int(m[0])], v) for v in values]
    if names:
        return "\n".join(lines + [f"// {name}: {value}" for name, value in zip(names, values)])
    return "\n".join(lines + [result] + [f"// {value}" for value in values])


def quoted_reference(entry, operations):
    """C++ of the smallest reference case that is not trivial and can be quoted, or None."""
    cases = sorted(entry["examples"], key=lambda case: (case["label"].startswith("rule: "),
                                                        size(case) < 3, size(case)))
    for case in cases:
        code = written_call(entry["name"], case, operations | {entry["name"]})
        if code is None or entry["name"] not in re.findall(r"\w+", code):
            continue
        names = ["x"] if len(case["inputs"]) == 1 else [f"x{i}" for i in range(len(case["inputs"]))]
        lines = [declaration(*pair) for pair in zip(names, case["inputs"])]
        if None in lines:
            continue
        lines += [f"{code};", *(f"// {result_text(one)}" for one in case["outputs"])]
        return "\n".join(lines)
    return None


class Examples:
    """What to show for each name: its XG_EXAMPLEs in order, one for each section that declares it
    and the rest for the last of these; without one a reference case of its entry."""

    def __init__(self, examples, entries, sections):
        self.entries = entries
        self.total = sections  # name -> how many sections it has
        self.sections = {}  # name -> how many of them have been asked for
        self.queues = {}
        for case in examples:
            self.queues.setdefault(case["name"], []).append(case)
        self.of_none = []  # sections without any

    def of(self, names):
        programs = []
        for name in names:
            queue = self.queues.get(name, [])
            self.sections[name] = self.sections.get(name, 0) + 1
            taken = len(queue) if self.sections[name] == self.total[name] else 1
            shown, self.queues[name] = queue[:taken], queue[taken:]
            programs += [written_example(case) for case in shown]
            if not shown and name in self.entries and self.sections[name] == 1:
                program = quoted_reference(self.entries[name], set(self.entries))
                programs += [program] if program else []
        if names and not programs:
            self.of_none.append(", ".join(names))
        return programs
