#!/usr/bin/env python3
"""Damages the gradients of the operations and sees that the tests notice.

Two kinds of damage. At the tape, ops_table itself zeroes, negates, scales and drops every gradient
and every tangent that an operation returns. In the source, this script changes one token of a
function that computes gradients (rules.py) and runs the entries of the table that get there. A
mutant that passes every check survives, and that is a failure; those that compute the same are
listed in equivalent.txt with the reason.

    mutate.py --build DIR [--root DIR] [--jobs N] [--sample [N]] [--seed S] [--only FILE,...] [--list]
"""

import argparse
import os
import random
import re
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import rules
from workshop import CannotBuild, Workshop

OUTCOMES = ["caught", "survived", "equivalent", "invalid"]


class Proof:
    """What the undamaged program says of one entry."""

    def __init__(self, good, output, seconds, bodies):
        self.good, self.seconds, self.bodies = good, seconds, bodies
        self.lines = [line for line in output.splitlines() if line.split()]
        self.failures = [line for line in output.splitlines() if line.startswith("FAILED")]


def equivalents():
    known = {}
    for line in (rules.ROOT / "tests/mutate/equivalent.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            key, _, reason = line.rpartition(" | ")
            known[key] = reason
    return known


def notice(workshop, mutant, entries, proofs):
    """The entry that fails for this mutant, or None. The quick ones first."""
    entries = sorted(entries, key=lambda e: proofs[e].seconds)
    for some in (entries[:1], entries[1:4], entries[4:12], entries[12:]):
        if not some:
            continue
        limit = 30 + 10 * sum(proofs[e].seconds for e in some)
        code, output, _ = workshop.run("--only", ",".join(some), "--quiet", "--no-mutants",
                                       "--fail-fast", mutant=mutant, timeout=limit)
        if code != 0:
            failed = re.search(r"^FAILED (\w+):", output, re.M)
            return failed.group(1) if failed else some[0]
    return None


def judge(workshop, mutant, reached, known, proofs):
    if mutant.name() in workshop.invalid:
        return "invalid"
    if notice(workshop, mutant, reached.get(mutant.body.number, []), proofs):
        return "caught"
    return "equivalent" if known.keys() & {mutant.key(), mutant.function()} else "survived"


def of(count):
    """(passed, run) from "7", "6/7" or "-"."""
    passed, _, run = count.partition("/")
    return (int(passed), int(run or passed)) if count != "-" else (0, 0)


def report(proofs, reached, outcomes):
    """Operations by checks, with the mutants of both kinds at the end of each row: those of the
    source are all that the operation gets to, which several may share."""
    source = defaultdict(Counter)
    for mutant, outcome in outcomes.items():
        for entry in reached.get(mutant.body.number, []):
            source[entry][outcome] += 1
    columns = next(iter(proofs.values())).lines[0].split()[1:-1]
    rows, totals = [], [(0, 0)] * (len(columns) + 1)
    for entry, proof in proofs.items():
        counts = proof.lines[1].split()[1:len(columns) + 2]
        if counts[0] == "exempt:":
            continue
        totals = [(a + c, b + d) for (a, b), (c, d) in zip(totals, map(of, counts))]
        c = source[entry]
        rows.append((entry, *counts, f"{c['caught']}/{c['caught'] + c['survived']}"))
    every = Counter(outcomes.values())
    rows.append((f"{len(rows)} in all", *(str(a) if a == b else f"{a}/{b}" for a, b in totals[:-1]),
                 "%d/%d" % totals[-1], f"{every['caught']}/{every['caught'] + every['survived']}"))
    for row in [("operation", *columns, "at the tape", "in source"), *rows]:
        print(f"{row[0]:<22}" + "".join(f"{c:>10}" for c in row[1:-2]) + f"{row[-2]:>13}{row[-1]:>12}")


def summary(outcomes):
    print(f"\n{'damage in the source':<24}" + "".join(f"{k:>12}" for k in OUTCOMES))
    kinds = defaultdict(Counter)
    for mutant, outcome in outcomes.items():
        kinds[mutant.kind][outcome] += 1
        kinds["~all"][outcome] += 1
    for kind, counts in sorted(kinds.items()):
        print(f"{kind.strip('~'):<24}" + "".join(f"{counts[k]:>12}" for k in OUTCOMES))


def all_of(damaged):
    return [m for _, bodies in damaged.values() for _, listed in bodies for m in listed]


def sampled(damaged, options):
    """What is left when only some mutants are drawn: no other is compiled."""
    mutants = all_of(damaged)
    drawn = set(random.Random(options.seed).sample(mutants, min(options.sample, len(mutants))))
    left = {}
    for path, (text, bodies) in damaged.items():
        some = [(body, [m for m in listed if m in drawn]) for body, listed in bodies]
        some = [(body, listed) for body, listed in some if listed]
        if some:
            left[path] = text, some
    return left


def judge_all(mutants, one, reached, pool):
    """{mutant: outcome}, told file by file; a survivor at once."""
    outcomes, counts, start = {}, Counter(), time.monotonic()
    for mutant, outcome in zip(mutants, pool.map(one, mutants)):
        outcomes[mutant] = outcome
        counts[outcome] += 1
        if outcome == "survived":
            unseen = "" if reached.get(mutant.body.number) else "\n         no entry gets there"
            print(f"SURVIVED {mutant.name()}\n         {mutant.key()}{unseen}", flush=True)
        if len(outcomes) == len(mutants) or mutants[len(outcomes)].path != mutant.path:
            told = ", ".join(f"{counts[k]} {k}" for k in OUTCOMES if counts[k])
            print(f"{time.monotonic() - start:6.0f} s  {mutant.path}: {told}", flush=True)
            counts.clear()
    return outcomes


def misplaced(known, outcomes):
    """Lines of equivalent.txt that say what is not so, where all mutants of a file were tried."""
    by_key = defaultdict(set)
    for mutant, outcome in outcomes.items():
        by_key[mutant.key()].add(outcome)
        by_key[mutant.function()].add(outcome)
    for key in known:
        if key not in by_key:
            yield f"lists what is no mutant: {key}"
        elif "equivalent" not in by_key[key]:
            yield f"lists what is noticed: {key}"


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--root", type=Path, default=rules.ROOT, help="the sources; default: these")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--sample", type=int, nargs="?", const=100, help="this many, drawn by --seed")
    parser.add_argument("--seed", type=int, default=int(time.strftime("%Y%j")), help="default: today")
    parser.add_argument("--only", help="files, comma separated, as in ops/arithmetic.cpp")
    parser.add_argument("--list", action="store_true", help="print the mutants and stop")
    return parser.parse_args()


def main():
    options = parse()
    rules.ROOT = options.root.resolve()
    damaged = rules.all_mutants(options.only.split(",") if options.only else None)
    if options.sample is not None:
        damaged = sampled(damaged, options)
    mutants = all_of(damaged)
    if options.list:
        print("\n".join(m.name() for m in mutants))
        return 0

    start, workshop, known = time.monotonic(), Workshop(options.build, damaged, options.jobs), equivalents()
    try:
        workshop.make()
    except CannotBuild as error:
        print(f"FAILED the damaged library cannot be built\n{error}")
        return 1
    print(f"built {sum(len(b) for _, b in damaged.values())} bodies in "
          f"{time.monotonic() - start:.0f} s", flush=True)

    whole = options.sample is None and options.only is None
    with ThreadPoolExecutor(options.jobs) as pool:
        # Undamaged every entry must pass: else a mutant proves nothing.
        entries = workshop.run("--list")[1].split()
        words = [] if whole else ["--no-mutants"]
        proofs = dict(zip(entries, pool.map(lambda e: Proof(*workshop.prove(e, *words)), entries)))
        bad = [f for p in proofs.values() if not p.good for f in p.failures or ["FAILED"]]
        if bad:
            print("\n".join(["FAILED undamaged, entries do not pass", *bad]))
            return 1
        print(f"proved {len(entries)} entries after {time.monotonic() - start:.0f} s", flush=True)

        reached = defaultdict(list)
        for entry, proof in proofs.items():
            for body in proof.bodies:
                reached[body].append(entry)
        outcomes = judge_all(mutants, lambda m: judge(workshop, m, reached, known, proofs),
                             reached, pool)

    if whole:
        report(proofs, reached, outcomes)
    summary(outcomes)
    survivors = [m for m, outcome in outcomes.items() if outcome == "survived"]
    for mutant in survivors:
        print(f"SURVIVED {mutant.name()}")
    tried = [k for k in known if options.only is None or k.partition(" | ")[0] in damaged]
    wrong = list(misplaced(tried, outcomes)) if options.sample is None else []
    for text in wrong:
        print(f"FAILED equivalent.txt {text}")
    print(f"{len(mutants)} mutants, seed {options.seed}, {time.monotonic() - start:.0f} s")
    return 1 if survivors or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
