import os
import sys
import time

import pytest

from sel.engine import local
from sel.errors import MachineError, OptionError


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 50])
def test_results_come_in_order(jobs, count):
    offset = 100  # a closure: the function need not be picklable
    assert list(local.mapped(lambda i: i + offset, range(count), jobs)) == [
        i + 100 for i in range(count)
    ]


def test_no_more_than_a_few_blocks_are_ahead():
    taken = []

    def source():
        for i in range(100):
            taken.append(i)
            yield i

    results = local.mapped(lambda i: i, source(), 2)
    next(results)
    assert len(taken) <= 2 * local.AHEAD + 2
    results.close()


def test_an_error_passes_and_the_processes_end():
    def fail(i):
        raise KeyError(i)

    with pytest.raises(KeyError):
        list(local.mapped(fail, range(9), 2))


def test_an_error_of_a_process_passes_with_its_words():
    def fail(i):
        if i == 5:
            raise OptionError("--k", "at least 1", 0)

    with pytest.raises(OptionError, match="-k must be at least 1, got 0"):
        list(local.mapped(fail, range(9), 2))


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_error_is_taken_for_the_end(jobs):
    def stop(i):
        return next(iter(())) if i == 5 else i

    with pytest.raises(RuntimeError, match="StopIteration"):
        list(local.mapped(stop, range(9), jobs))


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_any_kind_passes(jobs):
    def leave(i):
        return sys.exit(3) if i else i

    with pytest.raises(SystemExit):
        list(local.mapped(leave, range(9), jobs))


def test_an_error_that_cannot_be_sent_is_told():
    class Local(Exception):
        pass

    def fail(i):
        if i:
            raise Local("words")

    with pytest.raises(RuntimeError, match="Local: words") as error:
        list(local.mapped(fail, range(9), 2))
    assert "in fail" in error.value.__notes__[0]


def test_a_dead_process_is_told():
    def die(i):
        time.sleep(0.05)
        return os._exit(9) if i else i  # the first is worked on in this process

    with pytest.raises(MachineError, match="died"):
        list(local.mapped(die, range(9), 2))


@pytest.mark.parametrize("jobs", [2, 3])
def test_uneven_work_is_done_by_one_crew_in_order(jobs):
    def work(i):
        time.sleep(0.002 * (i % 7))
        return i, os.getpid()

    results = list(local.mapped(work, range(120), jobs))
    assert [i for i, _ in results] == list(range(120))
    assert len({pid for _, pid in results[1:]}) == jobs
