"""What a crew is given is done in order, once more where a worker is lost."""

import pytest

from sel.engine.crews import TRIES, ordered
from sel.engine.processes import Processes
from sel.errors import DataError, MachineError

TASKS = "tests.harness.tasks"


@pytest.fixture
def crew():
    made = Processes(2)
    yield made
    made.close()


def test_results_come_in_order_whoever_is_done_first(crew):
    assert list(ordered(crew, f"{TASKS}:late", 100, range(9))) == [
        100 + 2 * i for i in range(9)
    ]


class Counting(Processes):
    """Counts the tasks that are on their way."""

    def __init__(self, workers):
        super().__init__(workers)
        self.flying = self.most = self.shared = 0

    def share(self, value):
        self.shared += 1
        return super().share(value)

    def submit(self, name, shared, task):
        self.flying += 1
        self.most = max(self.most, self.flying)
        return super().submit(name, shared, task)

    def result(self, handle):
        self.flying -= 1
        return super().result(handle)


@pytest.mark.parametrize("window", [1, 3, 5])
def test_no_more_than_a_window_is_on_its_way(window):
    crew, taken = Counting(2), []

    def tasks():
        for i in range(20):
            taken.append(i)
            yield i

    results = ordered(crew, f"{TASKS}:doubled", 0, tasks(), window)
    assert next(results) == 0
    assert len(taken) <= window + 1
    assert list(results) == [2 * i for i in range(1, 20)]
    assert (crew.most, crew.shared) == (window, 1)
    crew.close()


def test_the_first_error_by_order_is_raised_as_it_was(crew):
    results = ordered(crew, f"{TASKS}:failing", {3, 4}, range(9))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(DataError) as caught:
        next(results)
    assert str(caught.value) == "pool.jsonl:3:1: not JSON"


def test_the_task_of_a_lost_worker_is_done_again(crew, tmp_path):
    known = str(tmp_path), 1
    assert list(ordered(crew, f"{TASKS}:dying", known, range(6))) == list(range(6))
    assert [p.name for p in tmp_path.iterdir()] == ["died-0"]


def test_a_task_that_always_loses_its_worker_ends_the_run(crew, tmp_path):
    known = str(tmp_path), 99
    with pytest.raises(MachineError, match="task 3 lost its worker 3 times"):
        list(ordered(crew, f"{TASKS}:dying", known, range(6)))
    assert len(list(tmp_path.iterdir())) == TRIES


def test_workers_end_with_the_crew(crew):
    list(ordered(crew, f"{TASKS}:doubled", 0, range(4)))
    processes = [worker._process for worker in crew._crew]
    crew.close()
    assert len(processes) == 2
    assert all(one.poll() is not None for one in processes)
