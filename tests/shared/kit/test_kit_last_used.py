"""What was used last stays, and nothing else."""

from shared.kit.last_used import LastUsed


def test_what_was_used_the_longest_ago_makes_room() -> None:
    kept: LastUsed[str, int] = LastUsed(2)
    assert kept.keep("a", 1) == 1
    kept.keep("b", 2)
    assert kept.find("a") == 1
    kept.keep("c", 3)
    assert [kept.find(key) for key in "abc"] == [1, None, 3]


def test_what_is_kept_again_counts_as_used_and_takes_no_more_room() -> None:
    kept: LastUsed[str, int] = LastUsed(2)
    for key in "aba":
        kept.keep(key, ord(key))
    kept.keep("c", 3)
    assert [kept.find(key) for key in "abc"] == [97, None, 3]


def test_nothing_is_left_after_all_is_forgotten() -> None:
    kept: LastUsed[str, int] = LastUsed(2)
    kept.keep("a", 1)
    kept.clear()
    assert kept.find("a") is None
