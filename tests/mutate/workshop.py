"""Builds one program that holds every mutant, and runs it with one of them chosen.

Each damaged body becomes a switch over its mutants and itself, so that a file is compiled once for
all of them. The files lie in BUILD/mutate, are compiled without optimisation, and are linked before
the library in the place of its own.
"""

import hashlib
import json
import re
import resource
import shlex
import subprocess
import tempfile
import time
from pathlib import Path

import rules

HERE = Path(__file__).resolve().parent
DECLARATION = 'extern "C" int xg_mutant(int);\n'
RULES = """\
ninja_required_version = 1.10
rule pch
  command = $compiler -MD -MF $out.d -o $out -x c++-header $in
  depfile = $out.d
  deps = gcc
rule compile
  command = $compiler -MD -MF $out.d -o $out -c $in
  depfile = $out.d
  deps = gcc
rule link
  command = $command
"""


class CannotBuild(Exception):
    pass


def switched(path, text, bodies, invalid):
    """The source with a switch in every body; an error message names the mutant it is in."""
    parts, at = [DECLARATION, f'#line 1 "{rules.ROOT / path}"\n'], 0
    for body, mutants in bodies:
        parts += [text[at:body.start], f"{{ switch (::xg_mutant({body.number})) {{\n"]
        for mutant in mutants:
            if mutant.name() in invalid:
                continue
            parts.append(f'case {mutant.number}:\n#line 1 "mutant_{body.number}_{mutant.number}"\n'
                         f"{mutant.source()} break;\n")
        line = text.count("\n", 0, body.start) + 1
        parts += [f'default:\n#line {line} "{rules.ROOT / path}"\n', text[body.start:body.end], "}}"]
        at = body.end
    return "".join(parts) + text[at:]


def write(path, text):
    """Only where it differs: ninja goes by the time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


class Workshop:
    def __init__(self, build, damaged, jobs=1):
        self.build, self.jobs = Path(build).resolve(), jobs
        self.folder = self.build / "mutate"
        self.damaged = damaged
        self.binary = self.folder / "ops_table"
        self.refused = self.remembered()
        self.invalid = {name for path in damaged for name in self.refused.get(self.mark(path), [])}
        self.commands = json.loads(self.ninja(self.build, "-t", "compdb").stdout)
        lines = self.ninja(self.build, "-t", "commands", "ops_table").stdout.splitlines()
        self.link = next(c for c in reversed(lines) if " -o tests/ops/ops_table " in c)

    def mark(self, path):
        return f"{path} {hashlib.sha256(self.damaged[path][0].encode()).hexdigest()}"

    def remembered(self):
        """{file and its contents: mutants that did not compile} of earlier runs: each costs a second
        compilation of its file."""
        kept = self.folder / "invalid.json"
        return json.loads(kept.read_text()) if kept.exists() else {}

    def remember(self, wrong):
        for name in wrong:
            self.refused.setdefault(self.mark(name.partition(":")[0]), []).append(name)
        write(self.folder / "invalid.json", json.dumps(self.refused, indent=1))

    def ninja(self, folder, *words):
        return subprocess.run(["ninja", *words], cwd=folder, capture_output=True, text=True)

    def flags(self, path):
        """How the build compiles this file, or another of its layer, less optimisation and warnings."""
        layer = path.split("/")[0]
        mine = [c for c in self.commands if c["file"] == str(rules.ROOT / path)] or [
            c for c in self.commands if f"xg_{layer}.dir" in c["command"] and " -m" not in c["command"]]
        words, kept = shlex.split(mine[0]["command"]), []
        skip = 0
        for word in words:
            if skip:
                skip -= 1
            elif word in ("-o", "-c", "-MT", "-MF", "-include"):
                skip = 1
            elif not re.match(r"-O|-g|-W|-M|.*ccache$", word):
                kept.append(word)
        compiler, rest = kept[0], kept[1:]
        overlay = [f"-I{self.folder / layer}" for layer in ("ops", "core")]
        return [compiler, *overlay, *rest, "-w", "-fmax-errors=200"]

    def units(self):
        """(source to compile, its path in the tree); a damaged header brings whoever includes it."""
        units = [p for p in self.damaged if p.endswith(".cpp")]
        names = [re.escape(p.rsplit("/", 1)[-1]) for p in self.damaged if not p.endswith(".cpp")]
        for folder in ("ops", "ops/formula", "core/kernels"):
            for source in sorted((rules.ROOT / folder).glob("*.cpp")):
                path = str(source.relative_to(rules.ROOT))
                wanted = path not in units and not re.search(r"_avx(2|512)\.cpp$", path)
                if names and wanted and re.search(rf'["/]({"|".join(names)})["> ]', source.read_text()):
                    units.append(path)
        return units

    def mates(self, units):
        """What the build compiles in one piece with a unit: there a caller may hold the undamaged
        function inlined, so that the mutant would never run."""
        found = set()
        for unity in self.build.glob("CMakeFiles/xg_*.dir/Unity/*.cxx"):
            paths = re.findall(rf'#include "{re.escape(str(rules.ROOT))}/(.*)"', unity.read_text())
            if set(paths) & set(units):
                found |= set(paths) - set(units)
        return sorted(found)

    def place(self, path):
        return self.folder / path.split("/")[0] / "xgrad" / path

    def write(self):
        for left in self.folder.glob("*/xgrad/**/*.[hi]*"):  # of an earlier run: would be found first
            if left.is_file() and left not in map(self.place, self.damaged):
                left.unlink()
        for path, (text, bodies) in self.damaged.items():
            write(self.place(path), switched(path, text, bodies, self.invalid))
        for path in set(self.units()) - set(self.damaged):  # beside the header it includes
            write(self.place(path), switched(path, (rules.ROOT / path).read_text(), [], set()))
        write(self.folder / "pch.hpp", (rules.ROOT / "tests/mutate/pch.hpp").read_text())
        text, objects = RULES, []
        flags = " ".join(map(shlex.quote, self.flags("ops/arithmetic.cpp"))) + " -O0"
        text += f"build pch.hpp.gch: pch {self.folder}/pch.hpp\n  compiler = {flags}\n"
        units = self.units()
        for path in [*units, *self.mates(units), "switch"]:
            source = (HERE / "switch.cpp" if path == "switch" else
                      self.place(path) if path in units else rules.ROOT / path)
            flags = " ".join(map(shlex.quote, self.flags(path if path != "switch" else "ops/map.cpp")))
            with_pch = path.startswith("ops/")
            flags += f" -O0 -include {self.folder}/pch.hpp" if with_pch else " -O1"
            objects.append(f"{path}.o")
            text += f"build {path}.o: compile {source}" + (" | pch.hpp.gch" if with_pch else "")
            text += f"\n  compiler = {flags}\n"
        mine = " ".join(str(self.folder / o) for o in objects)
        link = self.link.replace(" -o tests/ops/ops_table ",
                                 f" -Wl,-z,muldefs {mine} -o {self.binary} ")
        library = " ".join(str(p) for p in self.build.glob("libxgrad.*"))
        text += f"build ops_table: link {' '.join(objects)} | {library}\n"
        text += f"  command = cd {self.build} && {{ {link.replace('$', '$$')}; }}\n"
        write(self.folder / "build.ninja", text)

    def make(self):
        """Compiles and links; mutants that do not compile are left out and kept in `invalid`."""
        while True:
            self.write()
            run = self.ninja(self.folder, f"-j{self.jobs}", "-k0")
            if run.returncode == 0:
                return
            wrong = self.blamed(run.stdout)
            if not wrong:
                raise CannotBuild(run.stdout + run.stderr)
            self.invalid |= wrong
            self.remember(wrong)

    def blamed(self, output):
        """The mutants that the compiler's messages name: where the error is, else what led there."""
        names = {f"mutant_{m.body.number}_{m.number}": m.name()
                 for _, bodies in self.damaged.values() for _, mutants in bodies for m in mutants}
        direct, led = set(), set()
        for line in output.splitlines():
            for name in re.findall(r"\bmutant_\d+_\d+\b", line):
                led.add(name)
                if re.search(rf"{name}:\d+:\d+: error:", line):
                    direct.add(name)
        return {names[n] for n in direct or led if n in names} - self.invalid

    def run(self, *words, mutant=None, reached=None, timeout=600):
        """(exit code, output, seconds) of the damaged program; None as code after the time-out."""
        environment = {"XGRAD_ISA": "sse2", "XGRAD_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
        if mutant is not None:
            environment["XG_MUTANT"] = f"{mutant.body.number}:{mutant.number}"
        if reached is not None:
            environment["XG_REACHED"] = str(reached)
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        start = time.monotonic()
        try:
            run = subprocess.run([self.binary, *words], capture_output=True, text=True,
                                 errors="replace", env=environment, timeout=timeout,
                                 preexec_fn=limit)
        except subprocess.TimeoutExpired:
            return None, "", time.monotonic() - start
        return run.returncode, run.stdout + run.stderr, time.monotonic() - start

    def prove(self, entry, *words):
        """The undamaged bodies: (good, output, seconds, the numbers of the bodies that ran)."""
        with tempfile.TemporaryDirectory() as folder:
            reached = Path(folder) / "reached"
            code, output, seconds = self.run("--only", entry, *words, reached=reached)
            bodies = {int(n) for n in reached.read_text().split()} if reached.exists() else set()
        return code == 0, output, seconds, bodies
