"""The table and its numbers."""

from bench.table import Figure, percentile, show


def test_percentile_is_the_nearest_rank() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert percentile(values, 0.5) == 51
    assert percentile(values, 0.99) == 100
    assert percentile([7.0], 0.99) == 7


def test_verdict_says_when_a_goal_is_missed_and_nothing_when_there_is_none() -> None:
    table = show(
        [
            Figure(what="a", value="1 s", goal="< 2 s", reached=True),
            Figure(what="b", value="3 s", goal="< 2 s", reached=False),
            Figure(what="c", value="4 s", compared="bare 2 s", ratio=2.0),
        ]
    )
    assert table.splitlines()[2:] == [
        "| a | 1 s | < 2 s | reached |  |  |",
        "| b | 3 s | < 2 s | **missed** |  |  |",
        "| c | 4 s |  |  | bare 2 s | 2.00 |",
    ]
