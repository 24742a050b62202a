#!/usr/bin/env python3
"""Writes docs/reference/ from the headers of ops/ and the table of operations.

The text of a page is the documentation of its header. Its examples are reference cases of the table:
calls as the tests spell them, which are compiled, and whose results they compare with values from
outside; so are the texts of the errors.

    make_reference.py OPS_TABLE [--check]     OPS_TABLE: the program tests/ops/ops_table

With --check nothing is written: the exit code is 1 if a page would change.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "reference"
NAME = re.compile(r"\b(?:Variables?<T>|Extremum<T>|IndexArray|Array<\w+>|auto|[A-Z]\w*<T>)\s+([a-z]\w*)\(")
NOTE = "<!-- written by docs/make_reference.py from ops/{stem}.hpp and the table of operations -->"


def public_lines(text):
    """The lines of a header outside namespace detail and the preprocessor."""
    inside_detail = False
    for line in text.splitlines():
        if re.match(r"namespace (xg::)?detail", line):
            inside_detail = True
        if not inside_detail and not re.match(r"#|namespace|\}  // namespace", line):
            yield line
        if re.match(r"\}  // namespace (xg::)?detail", line):
            inside_detail = False


def blocks(text):
    """(comment, declarations) pairs in order; a comment of // has no declarations."""
    doc, code, plain = [], [], []
    depth = 0
    for line in [*public_lines(text), ""]:
        stripped = line.strip()
        if depth == 0 and stripped.startswith("///"):
            if code:
                yield doc, code
                doc, code = [], []
            doc.append(stripped[3:].removeprefix(" "))
        elif depth == 0 and stripped.startswith("//"):
            plain.append(stripped[2:].removeprefix(" "))
        elif depth == 0 and not stripped:
            if code:
                yield doc, code
                doc, code = [], []
            if plain and not code:
                yield plain, []
            plain = []
        else:
            code.append(line)
            depth += line.count("{") - line.count("}")
    if code:
        yield doc, code


def without_bodies(code):
    """Declarations only: the body of an inline function becomes a semicolon."""
    text = "\n".join(code)
    if re.search(r"^\s*(class|struct|enum|using|concept)\b", text, re.M) and not NAME.search(text):
        return text
    out, depth = "", 0
    for i, c in enumerate(text):
        if c == "{" and (depth or re.search(r"\)\s*(const)?\s*$", text[:i])):
            if depth == 0:
                out = out.rstrip() + ";"
            depth += 1
        elif c == "}" and depth:
            depth -= 1
        elif not depth:
            out += c
    return out


def joined(doc):
    """Lines that continue an @throws or @param are part of it, however far they are indented."""
    out = []
    for line in doc:
        open_tag = out and re.match(r"\s*(.*@throws|@param|@return)", out[-1])
        if open_tag and line.startswith("   "):
            out[-1] += " " + line.strip()
        else:
            out.append(line)
    return out


def prose(doc):
    """Comment text as Markdown: tables of arguments and indented formulas keep their layout."""
    out, fixed = [], False
    for line in joined(doc):
        indented = line.startswith("  ")
        if indented != fixed and (indented or not line):
            out.append("```text" if indented else "```")
            if not indented:
                out.append("")
            fixed = indented
        elif fixed and not indented:
            out += ["```", ""]
            fixed = False
        out.append(line[2:] if indented else line)
    if fixed:
        out.append("```")
    text = "\n".join(out)
    text = re.sub(r"^@throws ", "\n**Errors:** ", text, flags=re.M)
    text = re.sub(r" @throws ", "\n\n**Errors:** ", text)
    text = re.sub(r"^@param (\w+) +", r"\n- `\1`: ", text, flags=re.M)
    text = re.sub(r"^@return +", "\n- result: ", text, flags=re.M)
    text = re.sub(r"^(Gradient|Source)(s?):", r"\n**\1\2:**", text, flags=re.M)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def nested(shape, values):
    if not shape:
        return number(values[0])
    size = len(values) // shape[0] if shape[0] else 0
    return "[" + ", ".join(
        nested(shape[1:], values[i * size:(i + 1) * size]) for i in range(shape[0])) + "]"


def number(value):
    return "NaN" if value is None else f"{value:.10g}"


def literal(one):
    text = nested(one["shape"], one["values"])
    return text if 0 not in one["shape"] else f"{text}  (shape {one['shape']})"


def proof(entry):
    if entry["exempt"]:
        return f"*{entry['name']}*: {entry['exempt']}."
    order = "first derivatives" if entry["first_order_only"] else "first and second derivatives"
    return (f"*{entry['name']}*, {entry['smoothness']}: {order} checked, samples: "
            f"{entry['samples']}, reference cases: {entry['references']}.")


def written_call(name, case, operations):
    """The call of a reference case as its test spells it, with x (or x0, x1, ...) for the inputs and
    the name for a captured `function`; None if it needs more: a captured value, a helper of the test."""
    path = ROOT / "tests" / "ops" / Path(case["file"]).name
    text = "\n".join(path.read_text().splitlines()[case["line"] - 1:])
    plain = re.match(r".*?\bXG_CALL\((\w+)\)", text.split("\n")[0])
    body = re.match(r".*?\bcall\(\[(?:function)?\]\(const auto& x\) \{\s*return ([^;]*);\s*\}\)", text, re.S)
    if plain and not (body and body.start(1) < plain.start(1)):
        code = f"{plain[1]}(x[0])"
    elif body and "\n" not in text[:body.start(1)].rsplit("call(", 1)[0]:
        code = re.sub(r"\bfunction\(", f"{name}(", re.sub(r"\s+", " ", body[1]))
    else:
        return None
    one = len(case["inputs"]) == 1
    code = re.sub(r"\bx\[(\d)\]", lambda m: "x" if one else f"x{m[1]}", code)
    words = re.findall(r"(?<![\w.])[A-Za-z_]\w*", re.sub(r'"[^"]*"', "", code))
    known = operations | {"true", "false"} | {"x" if one else f"x{i}" for i in range(len(case["inputs"]))}
    return code if all(word in known for word in words) else None


def braces(one):
    return literal(one).replace("[", "{").replace("]", "}") if 0 not in one["shape"] else literal(one)


def declaration(name, one):
    """A line of C++, where an initializer list says shape and values; else a comment."""
    if None in one["values"]:
        return f"// {name}: {braces(one)}"
    if one["shape"] and min(one["shape"]) > 1:
        return f"const xg::Variable<double> {name}(xg::Array<double>{braces(one)});"
    if not one["shape"]:
        return f"const xg::Variable<double> {name}(xg::Array<double>(xg::Shape{{}}, {braces(one)}));"
    return f"// {name}: {braces(one)}"


def size(case):
    return sum(len(one["values"]) for kind in ("inputs", "outputs") for one in case[kind])


def example(entry, operations):
    """(C++, None) of the smallest reference case that is not trivial and whose call can be quoted,
    else (None, its inputs and results)."""
    cases = sorted(entry["examples"], key=lambda case: (case["label"].startswith("rule: "),
                                                        size(case) < 3, size(case)))
    for case in cases:
        code = written_call(entry["name"], case, operations | {entry["name"]})
        if code is None or entry["name"] not in re.findall(r"\w+", code):
            continue
        names = ["x"] if len(case["inputs"]) == 1 else [f"x{i}" for i in range(len(case["inputs"]))]
        lines = [declaration(*pair) for pair in zip(names, case["inputs"])]
        lines += [f"{code};", *(f"// {braces(one)}" for one in case["outputs"])]
        return "\n".join(lines), None
    if not cases:
        return None, None
    lines = [f"{entry['name']} ({cases[0]['label']})"]
    for kind in ("inputs", "outputs"):
        for i, one in enumerate(cases[0][kind]):
            name = f"x{i}" if kind == "inputs" else "=>"
            lines.append(f"  {name} {literal(one)}")
    return None, "\n".join(lines)


def section(doc, code, entries):
    text = without_bodies(code)
    names = list(dict.fromkeys(NAME.findall(text)))
    proven = [n for n in names if n in entries]
    out = []
    if names:
        out.append("## " + ", ".join(names))
    elif not doc:
        return [], ""
    out.append("```cpp\n" + text.strip("\n") + "\n```")
    if doc:
        out.append(prose(doc))
    examples = [example(entries[n], set(entries)) for n in proven]
    programs = [code for code, _ in examples if code]
    values = [text for _, text in examples if text]
    if programs:
        out.append("Checked example:\n\n```cpp\n" + "\n\n".join(programs) + "\n```")
    if values:
        out.append("Checked values:\n\n```text\n" + "\n".join(values) + "\n```")
    errors = [e for n in proven for e in entries[n]["errors"]]
    if errors:
        out.append("Refusals, word for word:\n\n```text\n" + "\n".join(errors) + "\n```")
    if proven:
        out.append("Proof: " + " ".join(proof(entries[n]) for n in proven))
    return names, "\n\n".join(out)


def page(header, entries):
    names, parts = [], []
    for doc, code in blocks(header.read_text()):
        if not code:
            parts.append(prose(doc))
            continue
        found, text = section(doc, code, entries)
        names += found
        if text:
            parts.append(text)
    title = header.stem.replace("_", " ").capitalize()
    head = f"{NOTE.format(stem=header.stem)}\n# {title}\n\n`#include <xgrad/ops/{header.name}>`"
    return names, "\n\n".join([head, *parts]) + "\n"


def index(where, entries):
    def row(name):
        entry = entries.get(name)
        proof = (f"{entry['smoothness']} | {entry['samples']} | {entry['references']}" if entry
                 else "no Variable | |")
        return f"| [{name}]({where[name]}.md) | {proof} |"

    rows = [row(name) for name in sorted(where)]
    return ("<!-- written by docs/make_reference.py -->\n# The operations\n\n"
            f"{len(where)} operations. Every page shows the contract of its header, values the "
            "tests compare with\nanother library, the texts of the errors, and how the derivatives "
            "are proven. What a column\nmeans: samples are calls whose derivatives are compared "
            "with differences (and checked in ten\nother ways), references are calls whose "
            "values come from outside.\n\n"
            "| operation | smoothness | samples | references |\n|---|---|---|---|\n"
            + "\n".join(rows) + "\n")


def named_for_pytorch():
    """Operations in the second column of docs/pytorch.md; what is no operation has an upper-case
    letter or stands in autograd/."""
    elsewhere = {"grad", "gradcheck", "gradgradcheck", "vjp", "jvp", "jacobian", "hessian", "hvp",
                 "checkpoint", "manual_seed", "set_num_threads"}
    rows = re.findall(r"^\| .*? \| `([a-z]\w*)` \|", (ROOT / "docs/pytorch.md").read_text(), re.M)
    return [name for name in rows if name not in elsewhere]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ops_table")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    table = json.loads(subprocess.run([options.ops_table, "--export"], check=True,
                                      capture_output=True, text=True).stdout)
    entries = {entry["name"]: entry for entry in table}
    pages, where = {}, {}
    for header in sorted((ROOT / "ops").glob("*.hpp")):
        if "// Internal" in header.read_text():
            continue
        names, text = page(header, entries)
        if names:
            pages[header.stem + ".md"] = text
            where |= {name: header.stem for name in names}
    pages["README.md"] = index(where, entries)
    missing = sorted(set(entries) - set(where))
    if missing:
        sys.exit(f"no declaration found for: {', '.join(missing)}")

    unknown = [n for n in named_for_pytorch() if n not in where]
    if unknown:
        sys.exit(f"docs/pytorch.md names what does not exist: {', '.join(unknown)}")

    PAGES.mkdir(exist_ok=True)
    present = {p.name: p.read_text() for p in PAGES.glob("*.md")}
    changed = sorted(n for n in pages.keys() | present.keys() if pages.get(n) != present.get(n))
    if options.check:
        if changed:
            sys.exit("docs/reference is not up to date (write it by './run docs'): "
                     + ", ".join(changed))
        return
    for name in present.keys() - pages.keys():
        (PAGES / name).unlink()
    for name, text in pages.items():
        (PAGES / name).write_text(text)
    print(f"docs/reference: {len(where)} operations on {len(pages) - 1} pages, {len(changed)} changed")


if __name__ == "__main__":
    main()
