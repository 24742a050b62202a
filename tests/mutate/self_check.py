#!/usr/bin/env python3
"""The gate itself, attacked: mutate.py on a tree of one file must tell what it is there to tell.

    self_check.py COMPILER
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent

# `checked` has a test that looks at its value, `ignored` one that does not.
CHECKED = "double checked_backward(double gy) { return gy * 3.0; }\n"
IGNORED = "double ignored_backward(double gy) { return gy / 2.0; }\n"
# Without its call this does not compile.
STRICT = """struct Wrapped { double inside; };
struct Open { double value; };
Open transpose(Wrapped w) { return {w.inside}; }
double strict_backward(double gy) { return transpose(Wrapped{gy}).value; }
"""
TABLE = """#include <cmath>
#include <cstring>
#include <iostream>
#include <string>
double checked_backward(double), ignored_backward(double);
bool passes(const std::string& name) {
  return name == "checked" ? checked_backward(2) == 6 : std::isfinite(ignored_backward(2));
}
int main(int argc, char** argv) {
  bool good = true, list = false;
  for (int i = 1; i < argc; ++i) list = list || std::strcmp(argv[i], "--list") == 0;
  if (list) std::cout << "checked\\nignored\\n";
  std::cout << (list ? "" : "operation value mutants\\n");
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], "--only") != 0) continue;
    const std::string names = argv[i + 1];
    for (const char* name : {"checked", "ignored"}) {
      if (names.find(name) == std::string::npos) continue;
      std::cout << name << " 1 2/2\\n";
      if (!passes(name)) std::cout << "FAILED " << name << ": value\\n";
      good = good && passes(name);
    }
  }
  return good ? 0 : 1;
}
"""
NINJA = """rule compile
  command = {compiler} -std=c++20 -o $out -c $in
rule link
  command = : && {compiler} table.o -o tests/ops/ops_table CMakeFiles/xg_ops.dir/tiny.o && :
build CMakeFiles/xg_ops.dir/tiny.o: compile {root}/ops/tiny.cpp
build table.o: compile {root}/table.cpp
build tests/ops/ops_table: link table.o CMakeFiles/xg_ops.dir/tiny.o
build ops_table: phony tests/ops/ops_table
"""

# A caller that the build compiles in one piece with what it calls, and so inlines it.
CALLER = "double checked_backward(double);\ndouble ask(double gy) { return checked_backward(gy); }\n"
TABLE_OF_CALLER = TABLE.replace("double checked_backward(double), ", "double ask(double), ").replace(
    "checked_backward(2) ==", "ask(2) ==")
UNITY = "CMakeFiles/xg_ops.dir/Unity/unity_0_cxx.cxx"

failures = []


def mutate(compiler, source, *, equivalent="", damaged=None, table=TABLE, caller=None):
    """Exit code and output on a tree with this source; `damaged` replaces it after the build."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("ops", "tests/mutate", "build/tests/ops"):
            (root / name).mkdir(parents=True)
        (root / "ops/tiny.cpp").write_text(source)
        (root / "table.cpp").write_text(table)
        (root / "tests/mutate/pch.hpp").write_text("#pragma once\n")
        (root / "tests/mutate/equivalent.txt").write_text(equivalent)
        ninja = NINJA.format(compiler=compiler, root=root)
        if caller:
            (root / "ops/caller.cpp").write_text(caller)
            (root / "build" / UNITY).parent.mkdir(parents=True)
            (root / "build" / UNITY).write_text(
                "".join(f'#include "{root}/ops/{name}.cpp"\n' for name in ("tiny", "caller")))
            ninja = ninja.replace(f"compile {root}/ops/tiny.cpp", f"compile {UNITY}").replace(
                "-std=c++20 -o", "-std=c++20 -O2 -o")
        (root / "build/build.ninja").write_text(ninja)
        if damaged is not None:
            (root / "ops/tiny.cpp").write_text(damaged)
        else:
            subprocess.run(["ninja", "-C", root / "build"], check=True, capture_output=True)
        run = subprocess.run([sys.executable, HERE / "mutate.py", "--build", root / "build",
                              "--root", root, "--jobs", "2"], capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def expect(what, result, code, *texts):
    if result[0] != code or not all(re.search(t, result[1], re.M) for t in texts):
        failures.append(what)
        print(f"FAILED {what}: exit code {result[0]}\n{result[1]}")


def main(compiler):
    both = CHECKED + IGNORED
    quiet = "double ignored_backward(double gy) { return gy; }\n"
    expect("all mutants are caught", mutate(compiler, CHECKED + quiet), 0, r"^all +2 +0 +0 +0$",
           r"^checked +1 +2/2 +2/2$", r"^2 in all +2 +4/4 +2/2$")
    expect("two survive", mutate(compiler, both), 1, r"^SURVIVED ops/tiny.cpp:2: operation", r"^all +2 +2 ")
    line = "ops/tiny.cpp | double ignored_backward(double gy) { return gy / 2.0; } | "
    listed = line + "/ -> * @46 | nobody looks\n" + line + "2.0 -> (2.0 * 1.01 + 0.01) @49 | nor here\n"
    expect("two are listed", mutate(compiler, both, equivalent=listed), 0, r"^all +2 +0 +2 +0$")
    expect("a stale line", mutate(compiler, CHECKED + quiet, equivalent=listed), 1,
           "lists what is no mutant")
    noticed = "ops/tiny.cpp | " + CHECKED.strip() + " | * -> / @46 | a wrong reason\n"
    expect("a listed one is noticed", mutate(compiler, CHECKED + quiet, equivalent=noticed), 1,
           "lists what is noticed")
    expect("one does not compile", mutate(compiler, CHECKED + quiet + STRICT), 0, r"^all +2 +0 +0 +1$")
    expect("a file that does not compile", mutate(compiler, both, damaged=both + "int\n"), 1,
           "cannot be built")
    expect("a caller had it inlined",
           mutate(compiler, CHECKED + quiet, table=TABLE_OF_CALLER, caller=CALLER), 0,
           r"^checked +1 +2/2 +2/2$")
    wrong = mutate(compiler, "double checked_backward(double gy) { return gy * 4.0; }\n" + quiet)
    expect("an entry fails undamaged", wrong, 1, "undamaged, entries do not pass", "FAILED checked: value")
    print(f"{9 - len(failures)} of 9 properties of the gate hold")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
