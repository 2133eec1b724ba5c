"""Measures `sel` side by side with its peers.

A full run takes most of an hour and writes bench/RESULTS.md and bench/results.json.
With --quick or --only the tables are shown, and kept in bench/.data instead, so that
figures of the record always come from one run. The inputs are made from the text in
DIR/text (by default ../shared/data beside the checkout), or, where there is none, from
the much smaller text in tests/data.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import inputs
import report
import tools
from jobs import JOBS
from measure import Failed, adopt_orphans, environment, measure
from plan import SEL, Check, Command, Job, Plan
from report import Result
from tools import say

HERE = Path(__file__).parent
ROOT = HERE.parent
KEPT = HERE / ".data"
NOWHERE = Path("/dev/null")


@dataclass(frozen=True)
class Place:
    """Where commands run."""

    folder: Path
    env: dict[str, str]

    @property
    def outputs(self) -> Path:
        """Where the answers of the warm-up are kept."""
        return self.folder / "answers"


def main() -> int:
    """Measure, and write the tables."""
    wanted = _arguments()
    try:
        source = inputs.find([wanted.data, ROOT / "tests" / "data"])
    except inputs.NoData as error:
        say(str(error))
        return 4
    remarks = _remarks(source, wanted)
    for remark in remarks:
        say(remark)
    sizes = inputs.QUICK if wanted.quick else inputs.FULL
    place = Place(KEPT / ("quick" if wanted.quick else "full"), environment(KEPT))
    tools.install()
    say("making the inputs")
    inputs.make(place.folder, source, sizes)
    adopt_orphans()
    about = report.machine()
    plan = Plan(sizes, wanted.quick, 3 if wanted.quick else wanted.rounds)
    names = wanted.only or list(JOBS)
    jobs = [JOBS[name](plan) for name in names]
    results: list[Result] = []
    try:
        for job in jobs:
            results.append(_run(job, place))
    except KeyboardInterrupt:
        rest = names[len(results) :]
        remarks.append(f"Interrupted: {', '.join(rest)} were not measured.")
    line = " ".join(["python", "bench/run.py", *sys.argv[1:]])
    partial = wanted.quick or wanted.only or not SEL.exists()
    _write(KEPT if partial else HERE, results, about, line, remarks)
    return int(any(_wrong(result) for result in results))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="small inputs, to see that all works"
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=list(JOBS),
        metavar="NAME",
        help=f"this job; may be given several times: {', '.join(JOBS)}",
    )
    parser.add_argument(
        "--rounds", type=int, default=99, help="no more rounds than this [as the job]"
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=ROOT.parent / "shared" / "data",
        metavar="DIR",
        help="where text/pool.jsonl.zst is [../shared/data]",
    )
    return parser.parse_args()


def _remarks(source: inputs.Source, wanted: argparse.Namespace) -> list[str]:
    remarks = []
    if source.pool.parent == ROOT / "tests" / "data":
        remarks.append(f"No text in {wanted.data}: made from tests/data instead.")
    if wanted.quick:
        remarks.append(
            "Quick run on small inputs: start-up weighs more than in the record, so"
            " ratios of speed are lower."
        )
    gone = tools.tools_missing()
    if gone:
        remarks.append(f"Not on the PATH: {', '.join(gone)}.")
    if not SEL.exists():
        remarks.append("There is no sel next to this Python: only peers are measured.")
    return remarks


def _run(job: Job, place: Place) -> Result:
    """Warm up, check, and measure round after round."""
    result = Result(job, {})
    commands = [command for command in job.commands if not command.missing]
    for command in job.commands:
        if command.missing:
            say(f"{job.name}: without {command.name}: {command.missing}")
    if job.before and not job.before.missing:
        _once(job.before, place, NOWHERE, result)
    read = {command.reads for command in job.commands if command.reads}
    result.sizes.update((name, _size(place.folder / name)) for name in read)
    if job.warm:
        _warm_up(commands, place, result)
    for turn in range(job.rounds):
        say(f"{job.name}: round {turn + 1} of {job.rounds}")
        for command in commands:
            if turn < command.rounds and command.name not in result.problems:
                _once(command, place, NOWHERE, result, keep=True)
    return result


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _once(
    command: Command, place: Place, output: Path, result: Result, *, keep: bool = False
) -> None:
    """Run a command; a failure is said and noted."""
    try:
        usage = measure(
            command.argv,
            cwd=place.folder,
            env=place.env,
            output=output,
            errors=place.folder / "errors.txt",
            feed=command.feed,
        )
    except Failed as failure:
        say(f"{result.job.name}: {command.name}: {failure}")
        result.problems[command.name] = str(failure)
        result.usages.pop(command.name, None)
        return
    if keep:
        result.usages.setdefault(command.name, []).append(usage)


def _warm_up(commands: list[Command], place: Place, result: Result) -> None:
    """Run each command once, and compare the answers."""
    say(f"{result.job.name}: warm-up")
    place.outputs.mkdir(exist_ok=True)
    numbers = {c.name: str(i) for i, c in enumerate(commands)}
    for command in commands:
        _once(command, place, place.outputs / numbers[command.name], result)
    for check in result.job.checks:
        if {check.over, check.under} <= numbers.keys() - result.problems.keys():
            _check(check, place, numbers, result)
    shutil.rmtree(place.outputs)


def _check(check: Check, place: Place, numbers: dict[str, str], result: Result) -> None:
    first, second = (
        str(place.outputs / numbers[name]) for name in (check.over, check.under)
    )
    what = [first, second]
    if check.how == "weights":
        recorded, field = check.more
        what = [str(place.folder / recorded), second, field]
    if check.how in ("recall", "labels", "fields"):
        what += check.more
    if check.how == "tables":
        what = [str(place.folder / name) for name in check.more]
    argv = [sys.executable, str(HERE / "agree.py"), check.how, *what]
    same = subprocess.run(argv, check=False).returncode == 0
    words = f"{check.over} and {check.under}, {check.words}"
    result.checks.append((words, same))
    if not same:
        say(f"{result.job.name}: NOT the same answer: {words}")


def _wrong(result: Result) -> bool:
    """Whether a command failed or two answers differ; a missed goal is no failure."""
    return bool(result.problems) or not all(same for _, same in result.checks)


def _write(
    folder: Path,
    results: list[Result],
    about: dict[str, str],
    line: str,
    remarks: list[str],
) -> None:
    page = report.markdown(results, about, line, remarks)
    (folder / "RESULTS.md").write_text(page)
    figures = report.plain(results, about, line)
    (folder / "results.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(page.partition("\n## Machine")[0])
    say(f"written: {folder / 'RESULTS.md'}")


if __name__ == "__main__":
    sys.exit(main())
