#!/usr/bin/env python3
"""Damages the gradients of the operations and sees that the tests notice.

Two kinds of damage. At the tape, ops_table itself zeroes, negates, scales and drops every gradient
that an operation returns. In the source, this script changes one token of a backward body, compiles
that file alone, links it before the library and runs the entries of its family. A mutant that
passes every check survives, and that is a failure; those that compute the same are listed in
equivalent.txt with the reason.

    mutate.py --build DIR [--sample [N]] [--seed S] [--only FILE,...] [--list]
"""

import argparse
import json
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# Functions whose bodies are damaged: backwards and what only they call.
BODY = re.compile(r"\b(backward|backward_kernel|slope|times|put|put_gy|scale_gy)\([^;{}]*\)\s*"
                  r"(?:const\s*)?\{")

# (kind, pattern, replacements); each occurrence and each replacement is one mutant.
RULES = [
    ("swap saved", r"saved(_value)?\(0\)", [r"saved\1(1)"]),
    ("swap saved", r"saved(_value)?\(1\)", [r"saved\1(0)"]),
    ("sign", r"(?<=[\w)\]]) - (?=[\w(])", [" + "]),
    ("sign", r"(?<=[\w)\]]) \+ (?=[\w(])", [" - "]),
    ("sign", r"\bneg\(", ["("]),
    ("sign", r"Unary::neg\b", ["Unary::abs"]),
    ("sign", r"return \{gy\}", ["return {neg(gy)}"]),
    ("operation", r"(?<=[\w)\]]) \* (?=[\w(])", [" / "]),
    ("operation", r"(?<=[\w)\]]) / (?=[\w(])", [" * "]),
    ("operation", r"\bmul\((?=\w+,)", ["div("]),
    ("operation", r"\bdiv\((?=\w+,)", ["mul("]),
    ("operation", r"Binary::mul\b", ["Binary::div"]),
    ("operation", r"Binary::div\b", ["Binary::mul"]),
    ("operation", r"Binary::gt\b", ["Binary::ge", "Binary::lt"]),
    ("constant", r"(?<![\w.\[(])(?<!ctx, )(?<!out, )(?<!== )(\d+(?:\.\d+)?)(?=[ ),;}])(?!U)", [r"(\1 * 1.01 + 0.01)"]),
    ("constant", r"\bT\((\d+)\)", [r"T(\1 + 1)"]),
    ("drop needs", r"ctx\.needs\((\w+)\)", ["true", "false"]),
]
# Calls replaced by their first argument.
DROPPED = ["sum_to", "sum_array_to", "transpose", "broadcast_to", "reshape"]


class Mutant:
    def __init__(self, path, kind, position, before, after, text):
        self.path, self.kind, self.position = path, kind, position
        self.before, self.after, self.text = before, after, text
        start = text.rfind("\n", 0, position) + 1
        self.line = text.count("\n", 0, position) + 1
        self.context = text[start:text.find("\n", position)].strip()

    def name(self):
        return f"{self.path}:{self.line}: {self.kind}: {self.before} -> {self.after} in: {self.context}"

    def key(self):  # survives moving of lines
        return f"{self.path} | {self.context} | {self.before} -> {self.after}"

    def source(self):
        end = self.position + len(self.before)
        return self.text[:self.position] + self.after + self.text[end:]


def closing(text, start, opening, end):
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == opening) - (text[i] == end)
        if depth == 0:
            return i
    return len(text)


def without_comments(text):
    return re.sub(r"//[^\n]*", lambda m: " " * len(m.group()), text)


def bodies(code):
    for match in BODY.finditer(code):
        start = match.end() - 1
        yield start, closing(code, start, "{", "}")


def dropped_calls(code, start, end):
    for name in DROPPED:
        for match in re.finditer(rf"\b{name}\(", code[start:end]):
            begin = start + match.start()
            stop = closing(code, start + match.end() - 1, "(", ")") + 1
            inside = code[start + match.end():stop - 1]
            depth = 0
            for i, c in enumerate(inside):
                depth += (c in "([{") - (c in ")]}")
                if c == "," and depth == 0:
                    yield begin, code[begin:stop], inside[:i].strip()
                    break


def mutants_of(path):
    text = (ROOT / path).read_text()
    code = without_comments(text)
    seen = set()
    for start, end in bodies(code):
        body = code[start:end]
        for kind, pattern, replacements in RULES:
            for match in re.finditer(pattern, body):
                for replacement in replacements:
                    after = match.expand(replacement)
                    where = (start + match.start(), after)
                    if after != match.group() and where not in seen:
                        seen.add(where)
                        yield Mutant(path, kind, where[0], match.group(), after, text)
        for position, before, after in dropped_calls(code, start, end):
            if (position, after) not in seen:
                seen.add((position, after))
                yield Mutant(path, "drop a call", position, before, after, text)


class Workshop:
    """Compiles one mutant and links it before the library."""

    def __init__(self, build):
        self.build = Path(build).resolve()
        commands = json.loads(self.ninja("compdb"))
        self.compile = {str(Path(c["directory"], c["file"]).resolve()): c for c in commands
                        if c["file"].endswith(".cpp")}
        lines = self.ninja("commands", "ops_table").splitlines()
        self.link = next(c for c in reversed(lines) if " -o tests/ops/ops_table " in c)
        self.table = self.build / "tests/ops/ops_table"
        listed = subprocess.run([self.table, "--list"], capture_output=True, text=True, check=True)
        self.entries = set(listed.stdout.split())

    def ninja(self, *words):
        return subprocess.run(["ninja", "-t", *words], cwd=self.build, capture_output=True,
                              text=True, check=True).stdout

    def family(self, path):
        header = (ROOT / path).with_suffix(".hpp")
        text = header.read_text() if header.exists() else ""
        return sorted(self.entries & set(re.findall(r"[> ](\w+)\(", text)))

    def make(self, mutant, folder):
        source, binary = Path(folder) / "mutant.cpp", Path(folder) / "mutant"
        object_file = Path(folder) / "mutant.o"
        source.write_text(mutant.source())
        command = self.compile[str(ROOT / mutant.path)]
        words = [w for w in shlex.split(command["command"]) if not re.match(r"-O|-Werror|-g", w)]
        original = command["file"]
        cut = words.index("-o")
        words = [w for w in words[:cut] + words[cut + 2:] if w not in ("-c", original)]
        words += ["-O0", "-w", "-o", str(object_file), "-c", str(source)]
        if subprocess.run(words, cwd=command["directory"], capture_output=True).returncode != 0:
            return None
        link = self.link.replace(" -o tests/ops/ops_table ", f" {object_file} -o {binary} ")
        if subprocess.run(link, shell=True, cwd=self.build, capture_output=True).returncode != 0:
            return None
        return binary

    def noticed(self, binary, path):
        family = self.family(path)
        calls = [["--only", ",".join(family)]] if family else []
        for extra in calls + [[]]:  # its own family first, then everything
            command = [binary, "--quiet", "--no-mutants", *extra]
            try:
                run = subprocess.run(command, capture_output=True, timeout=300)
            except subprocess.TimeoutExpired:
                return True
            if run.returncode != 0:
                return True
        return False


def equivalents():
    known = {}
    for line in (HERE / "equivalent.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            key, _, reason = line.rpartition(" | ")
            known[key] = reason
    return known


def tape(workshop):
    """The damage at the tape, done by ops_table itself."""
    sys.stdout.flush()
    return subprocess.run([workshop.table]).returncode == 0


def control(workshop, path):
    """The file as it is, put through the same steps, must pass: else a mutant proves nothing."""
    text = (ROOT / path).read_text()
    with tempfile.TemporaryDirectory() as folder:
        binary = workshop.make(Mutant(path, "control", 0, "", "", text), folder)
        if binary is not None and not workshop.noticed(binary, path):
            return True
    what = "cannot be compiled and linked" if binary is None else "does not pass"
    print(f"FAILED control: {path}, unchanged, {what}")
    return False


def report(summary):
    kinds = ["caught", "survived", "equivalent", "invalid"]
    print(f"\n{'damage in the source':<24}" + "".join(f"{k:>12}" for k in kinds))
    for kind, counts in sorted(summary.items()):
        print(f"{kind:<24}" + "".join(f"{counts.get(k, 0):>12}" for k in kinds))
    total = {k: sum(c.get(k, 0) for c in summary.values()) for k in kinds}
    print(f"{'all':<24}" + "".join(f"{total[k]:>12}" for k in kinds))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--sample", type=int, nargs="?", const=12, help="this many, drawn by --seed")
    parser.add_argument("--seed", type=int, default=int(time.strftime("%Y%j")), help="default: today")
    parser.add_argument("--only", help="files, comma separated, as in ops/arithmetic.cpp")
    parser.add_argument("--list", action="store_true", help="print the mutants and stop")
    options = parser.parse_args()

    files = options.only.split(",") if options.only else sorted(
        str(p.relative_to(ROOT)) for p in (ROOT / "ops").glob("*.cpp"))
    mutants = [m for path in files for m in mutants_of(path)]
    if options.sample is not None:
        random.Random(options.seed).shuffle(mutants)
        mutants = mutants[:options.sample]
    if options.list:
        print("\n".join(m.name() for m in mutants))
        return 0

    workshop, known, summary = Workshop(options.build), equivalents(), defaultdict(dict)
    good = options.sample is not None or options.only is not None or tape(workshop)
    print(f"{len(mutants)} mutants of the source, seed {options.seed}")
    survivors = []
    for path in sorted({m.path for m in mutants}):
        if not control(workshop, path):
            return 1
    for mutant in mutants:
        if mutant.key() in known:
            outcome = "equivalent"
        else:
            with tempfile.TemporaryDirectory() as folder:
                binary = workshop.make(mutant, folder)
                outcome = ("invalid" if binary is None else
                           "caught" if workshop.noticed(binary, mutant.path) else "survived")
        summary[mutant.kind][outcome] = summary[mutant.kind].get(outcome, 0) + 1
        if outcome == "survived":
            survivors.append(mutant)
        print(f"{outcome:<10} {mutant.name()}", flush=True)
    report(summary)
    for mutant in survivors:
        print(f"SURVIVED {mutant.name()}")
    return 0 if good and not survivors else 1


if __name__ == "__main__":
    sys.exit(main())
