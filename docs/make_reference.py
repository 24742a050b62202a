#!/usr/bin/env python3
"""Writes docs/reference/ from the headers of ops/ and the table of operations.

The text of a page is the documentation of its header. Its examples are those of
tests/ops/examples_*.cpp and reference cases of the table: calls as the tests spell them, which are
compiled, and whose results they compare with values from outside; so are the texts of the errors.

    make_reference.py OPS_TABLE [--check]     OPS_TABLE: the program tests/ops/ops_table
    make_reference.py --program FILE

With --check nothing is written: the exit code is 1 if a page would change. With --program the
examples of the pages as they are become one C++ program, which compares their results.
"""

import argparse
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

sys.dont_write_bytecode = True
from reference_examples import Examples  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "reference"
NAME = re.compile(r"(?<![\w:])(?:IndexArray|Array<\w+>|auto|std::string|[A-Z]\w*<T>|"
                  r"Variable<detail::map_element<[^>]*>>)\s+([a-z]\w*)\(")
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
            if code or doc:  # text that stands alone is about what follows, or the file
                yield doc, code
                doc, code = [], []
            if plain and not code:
                yield plain, []
            plain = []
        else:
            if plain and not code and not doc:  # right above a declaration: its documentation
                doc, plain = plain, []
            code.append(line)
            depth += line.count("{") - line.count("}")
    if code:
        yield doc, code


def public_members(text):
    """A class without its private part and the bodies of its functions."""
    text = re.sub(r"// NOLINT:? ?", "// ", text)
    text = re.sub(r"\n+ private:\n.*?(?=\n\};)", "", text, flags=re.S)
    definition = re.compile(r"(  .*?\)(?: const)?(?: noexcept)?)[ \n]*(?://(?P<above>[^\n]*))?\s*"
                            r"(?::(?!:).*?)?(?<= )\{[^{}]*\}(?: *//(?P<behind>[^\n]*))?", re.S)
    out, member = [], ""
    for line in text.split("\n"):
        member = f"{member}\n{line}" if member else line
        opens = re.match(r"(class|struct) ", line)
        if member.count("{") != member.count("}") and not opens:
            continue
        if not re.search(r"[;}{:>]\s*(//.*)?$", line):
            continue
        found = definition.fullmatch(member)
        if found:
            note = (found["above"] or found["behind"] or "").strip()
            member = f"{found[1]};" + (f"  // {note}" if note else "")
        out.append(member)
        member = ""
    return "\n".join([*out, member] if member else out)


def without_bodies(code):
    """Declarations only: the body of an inline function becomes a semicolon."""
    text = "\n".join(code)
    if re.search(r"^(class|struct|enum|using|concept)\b", text, re.M) and not NAME.search(text):
        return public_members(text)
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
            out += ["", "```text"] if indented else ["```", ""]
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
    text = re.sub(r" @return ", "\n\n- result: ", text)
    text = re.sub(r"^(Gradient|Source)(s?):", r"\n**\1\2:**", text, flags=re.M)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def proof(entry):
    if entry["exempt"]:
        return f"*{entry['name']}*: {entry['exempt']}."
    order = "first derivatives" if entry["first_order_only"] else "first and second derivatives"
    return (f"*{entry['name']}*, {entry['smoothness']}: {order} checked, samples: "
            f"{entry['samples']}, reference cases: {entry['references']}.")


def types_in(text):
    return re.findall(r"^(?:class|struct|enum class|using|concept) (\w+)", text, re.M)


def section(doc, code, entries, examples):
    text = without_bodies(code)
    names = list(dict.fromkeys(NAME.findall(text)))
    proven = [n for n in names if n in entries]
    out = []
    if names:
        out.append("## " + ", ".join(names))
    elif not doc and not types_in(text):
        return [], ""
    elif types_in(text):
        out.append("## " + types_in(text)[0])
    out.append("```cpp\n" + text.strip("\n") + "\n```")
    if doc:
        out.append(prose(doc))
    programs = examples.of(names)
    if programs:
        title = "Checked example:" if len(programs) == 1 else "Checked examples:"
        out += [title, *(f"```cpp\n{program}\n```" for program in programs)]
    proven = [n for n in proven if examples.sections[n] == 1]  # said once: where a name comes first
    errors = [e for n in proven for e in entries[n]["errors"]]
    if errors:
        out.append("Refusals, word for word:\n\n```text\n" + "\n".join(errors) + "\n```")
    if proven:
        out.append("Proof: " + " ".join(proof(entries[n]) for n in proven))
    return names, "\n\n".join(out)


def sections_by_name(headers):
    count = {}
    for header in headers:
        for doc, code in blocks(header.read_text()):
            for name in set(NAME.findall(without_bodies(code))):
                count[name] = count.get(name, 0) + 1
    return count


def argument_types(headers):
    """Name -> header, of the types in headers that declare no operation."""
    types = {}
    for header in headers:
        found = [code for _, code in blocks(header.read_text()) if code]
        if any(NAME.search(without_bodies(code)) for code in found):
            continue
        for code in found:
            types |= {name: header for name in types_in("\n".join(code))[:1]}
    return types


def page(header, entries, examples, types):
    names, parts = [], []
    for doc, code in blocks(header.read_text()):
        if not code:
            parts.append(prose(doc))
            continue
        found, text = section(doc, code, entries, examples)
        names += found
        if text:
            parts.append(text)
    title = header.stem.replace("_", " ").capitalize()
    head = f"{NOTE.format(stem=header.stem)}\n# {title}\n\n`#include <xgrad/ops/{header.name}>`"
    declared = re.findall(r"```cpp\n(.*?)```", "\n".join(parts), re.S)
    used = sorted(set(re.findall(r"\w+", "\n".join(declared))) & types.keys())
    if used and header not in types.values():
        head += "\n\nTypes: " + ", ".join(f"[{name}]({types[name].stem}.md)" for name in used) + "."
    return names, "\n\n".join([head, *parts]) + "\n"


def index(where, entries, types):
    def row(name):
        entry = entries.get(name)
        proof = (f"{entry['smoothness']} | {entry['samples']} | {entry['references']}" if entry
                 else "| |")
        return f"| [{name}]({where[name]}.md) | {proof} |"

    rows = [row(name) for name in sorted(where)]
    linked = ",\n".join(f"[{name}]({types[name].stem}.md)" for name in sorted(types))
    subjects = ",\n".join(f"[{stem.replace('_', ' ')}]({stem}.md)"
                          for stem in sorted(set(where.values())))
    return ("<!-- written by docs/make_reference.py -->\n# The operations\n\n"
            f"{len(where)} operations. Every page shows the contract of its header, calls whose "
            "results the tests\ncompare with values from outside, the texts of the errors, and how "
            "the derivatives are proven.\nAn example is a piece of a program that includes "
            "`<xgrad/xgrad.hpp>`. What a column means:\n"
            "samples are calls whose derivatives are compared with differences (and checked in ten "
            "other ways),\nreferences are calls whose values come from outside.\n\n"
            "Results are Variables: `.value()` is the array, `.backward()` runs the gradients. "
            "What a page\nsays of these is a function of gy, the gradient of the loss by the "
            "result y. Shapes stand in\nbrackets: [] is a scalar, [*, C] has any axes before the "
            "last. A kink is a place without a\nderivative, where one is chosen.\n\n"
            f"By subject:\n{subjects}.\n\nTypes of arguments: {linked}.\n\n"
            "| operation | smoothness | samples | references |\n|---|---|---|---|\n"
            + "\n".join(rows) + "\n")


def named_for_pytorch():
    """Operations in the second column of docs/pytorch.md; what is no operation has an upper-case
    letter or stands in autograd/."""
    elsewhere = {"grad", "gradcheck", "gradgradcheck", "vjp", "jvp", "jacobian", "hessian", "hvp",
                 "checkpoint", "manual_seed", "set_num_threads"}
    rows = re.findall(r"^\| .*? \| `([a-z]\w*)` \|", (ROOT / "docs/pytorch.md").read_text(), re.M)
    return [name for name in rows if name not in elsewhere]


def program():
    """A program of every example of the pages, as a user would paste them, each in a block; it
    compares their results with what the pages say."""
    lines = ["// Written by docs/make_reference.py --program.",
             "#include <cmath>\n#include <limits>\n#include <xgrad/xgrad.hpp>\n",
             '#include "docs/reference_results.hpp"\n', "int main() {"]
    for path in sorted(PAGES.glob("*.md")):
        shown_there = r"Checked examples?:\n\n((?:```cpp\n.*?\n```\n+)+)"
        for shown in re.findall(shown_there, path.read_text(), re.S):
            for code in re.findall(r"```cpp\n(.*?)\n```", shown, re.S):
                lines += ["  {", textwrap.indent(compared(path.name, code), "    "), "  }"]
    return "\n".join([*lines, "  return xg::test::differences == 0 ? 0 : 1;", "}"]) + "\n"


def compared(where, code):
    """An example whose results, comments at its end, are compared."""
    lines = code.split("\n")
    said = []
    while lines[-1].startswith("// "):
        said.insert(0, lines.pop()[3:])

    def call(text, result):
        return f'xg::test::compare_with_page("{where}", {json.dumps(text)}, {result});'

    named = [re.fullmatch(r"([\w.\[\]]+): (.*)", line) for line in said]
    if all(named):
        return "\n".join(lines + [call(one[2], one[1]) for one in named])
    plain = [re.sub(r" +//.*", "", line) for line in lines]
    start = max([i + 1 for i, line in enumerate(plain[:-1]) if re.search(";$|^//|^$", line)] or [0])
    result = "\n".join(plain[start:]).removesuffix(";")
    return "\n".join(lines[:start] + [call("\n".join(said), result)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ops_table", nargs="?")
    parser.add_argument("--program", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.program:
        options.program.write_text(program())
        return
    table = json.loads(subprocess.run([options.ops_table, "--export"], check=True,
                                      capture_output=True, text=True).stdout)
    entries = {entry["name"]: entry for entry in table["entries"]}
    headers = [header for header in sorted((ROOT / "ops").glob("*.hpp"))
               if "// Internal" not in header.read_text()]
    examples = Examples(table["examples"], entries, sections_by_name(headers))
    types = argument_types(headers)
    pages, where = {}, {}
    for header in headers:
        names, text = page(header, entries, examples, types)
        if names or header in types.values():
            pages[header.stem + ".md"] = text
            where |= {name: header.stem for name in names}
    pages["README.md"] = index(where, entries, types)
    missing = sorted(set(entries) - set(where))
    if missing:
        sys.exit(f"no declaration found for: {', '.join(missing)}")

    if examples.of_none:
        sys.exit("a section needs an XG_EXAMPLE (tests/ops/example.hpp): "
                 + "; ".join(examples.of_none))
    unused = sorted(name for name, queue in examples.queues.items() if queue)
    if unused:
        sys.exit(f"examples of what no header declares: {', '.join(unused)}")

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
    print(f"docs/reference: {len(where)} operations on {len(pages) - 1} pages, "
          f"{len(changed)} changed")


if __name__ == "__main__":
    main()
