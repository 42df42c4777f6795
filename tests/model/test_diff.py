"""Changes, their text and their table."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from fargate_kit.model.diff import MISSING, Change, Diff, compare, same
from fargate_kit.model.secrecy import MASK


def task(**container: Any) -> dict[str, Any]:
    """Build a definition of one container."""
    return {
        "family": "report",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{"name": "main", "image": "a:1", **container}],
    }


def variables(**values: str) -> dict[str, Any]:
    """Build a definition with these variables."""
    return task(environment=[{"name": name, "value": value} for name, value in values.items()])


def test_change_reads_as_old_arrow_new() -> None:
    """A change prints its path with both values in the spelling of JSON."""
    (change,) = compare(task(), task(image="a:2"))
    assert change == Change(path="containerDefinitions[main].image", old="a:1", new="a:2")
    assert str(change) == 'containerDefinitions[main].image: "a:1" → "a:2"'
    assert repr(change) == f"<Change {change}>"


def test_diff_of_equal_definitions_is_false_and_empty() -> None:
    """No change means a false, empty diff that says so."""
    diff = compare(task(), task())
    assert not diff
    assert len(diff) == 0
    assert list(diff) == []
    assert str(diff) == "no difference"
    assert diff._repr_html_() == "<p>no difference</p>"


def test_diff_is_a_line_a_change() -> None:
    """A diff is true, counts and goes through its changes, and prints one on each line."""
    diff = compare(variables(A="1", B="2"), variables(A="1", B="3", C="4"))
    assert diff
    assert [change.path for change in diff] == [
        "containerDefinitions[main].environment[B]",
        "containerDefinitions[main].environment[C]",
    ]
    assert str(diff).splitlines() == [str(change) for change in diff]
    assert str(diff).endswith('environment[C]: — → "4"')
    assert repr(diff) == "<Diff of 2 changes>"


def test_missing_is_one_value_that_is_false() -> None:
    """What stands for nothing is false, prints as a dash, and survives copying and pickling."""
    (change,) = compare(task(), task(user="app"))
    assert change.old is MISSING
    assert not MISSING
    assert repr(MISSING) == "—"
    assert copy.deepcopy(MISSING) is MISSING
    assert pickle.loads(pickle.dumps(MISSING)) is MISSING


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "SECRET_NUMBER", "API_TOKEN", "KEY", "x.secrets[PASSWORD"]
)
def test_secret_variable_is_masked_in_text_but_not_in_the_change(name: str) -> None:
    """A variable that looks secret shows no value in text, repr or table; the change has it."""
    diff = compare(variables(**{name: "old-hunter2"}), variables(**{name: "new-hunter2"}))
    (change,) = diff
    assert (change.old, change.new) == ("old-hunter2", "new-hunter2")
    for text in (str(diff), repr(diff), str(change), repr(change), diff._repr_html_()):
        assert "hunter2" not in text
    assert str(change).endswith(f"{MASK} → {MASK}")


def test_secret_inside_a_new_container_is_masked() -> None:
    """A whole container that is added shows its plain values and hides the others."""
    container = {
        "name": "side",
        "image": "b:1",
        "environment": [{"name": "TOKEN", "value": "hunter2"}, {"name": "MONTH", "value": "08"}],
        "command": ["run", "--password", "hunter2"],
        "logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": "hunter2"}},
    }
    new = task()
    new["containerDefinitions"].append(container)
    diff = compare(task(), new)
    assert [change.path for change in diff] == ["containerDefinitions[side]"]
    assert "hunter2" not in str(diff)
    assert "hunter2" not in diff._repr_html_()
    assert '"08"' in str(diff)


def test_secret_log_option_and_unknown_member_are_masked() -> None:
    """Options and members that nobody knows are hidden by their names too."""
    log = {"logDriver": "splunk", "options": {"splunk-token": "old-hunter2"}}
    other = {"logDriver": "splunk", "options": {"splunk-token": "new-hunter2"}}
    diff = compare(task(logConfiguration=log, newToken="hunter2"), task(logConfiguration=other))
    assert [change.path for change in diff] == [
        "containerDefinitions[main].logConfiguration.options[splunk-token]",
        "containerDefinitions[main].newToken",
    ]
    assert "hunter2" not in str(diff)


def test_reference_to_a_secret_is_shown() -> None:
    """Where a secret comes from is no secret, and its change is worth seeing."""
    old = task(secrets=[{"name": "PASSWORD", "valueFrom": "/old"}])
    new = task(secrets=[{"name": "PASSWORD", "valueFrom": "/new"}])
    assert str(compare(old, new)) == 'containerDefinitions[main].secrets[PASSWORD]: "/old" → "/new"'


def test_table_is_escaped() -> None:
    """No markup of a definition reaches the notebook."""
    table = compare(task(), task(command=["<script>alert(1)</script>"], **{"<b>": 1}))._repr_html_()
    assert "<script>" not in table
    assert "<b>" not in table
    assert "&lt;script&gt;" in table
    assert table.count("<tr>") == 3


def test_long_value_is_cut_and_line_ends_are_escaped() -> None:
    """One change stays one short line whatever it holds."""
    diff = compare(task(), task(command=["x" * 1000, "a\nb\u2028c"], **{"a\nb": "1"}))
    assert len(str(diff).splitlines()) == len(diff) == 2
    assert max(map(len, str(diff).splitlines())) < 400


def test_second_variable_of_one_name_is_numbered() -> None:
    """Two variables of one name are two entries, and their order counts."""

    def twice(*values: str) -> dict[str, Any]:
        return task(environment=[{"name": "A", "value": value} for value in values])

    (change,) = compare(twice("1", "2"), twice("1", "3"))
    assert change.path == "containerDefinitions[main].environment[A#2]"
    assert not same(twice("1", "2"), twice("2", "1"))


def test_list_that_cannot_be_keyed_is_one_change() -> None:
    """Where an item has no name, the list is compared as it stands, in its order."""
    (change,) = compare(task(environment=[{"name": "A", "value": "1"}]), task(environment=["A=1"]))
    assert change.path == "containerDefinitions[main].environment"
    assert not same(task(environment=["a", "b"]), task(environment=["b", "a"]))


def test_changes_cannot_be_changed() -> None:
    """A diff and its changes are frozen."""
    diff = compare(task(), task(image="a:2"))
    with pytest.raises(AttributeError):
        diff.changes = ()  # type: ignore[misc]
    with pytest.raises(AttributeError):
        diff.changes[0].new = "a:3"  # type: ignore[misc]


def test_diff_is_hashable_when_its_values_are() -> None:
    """Changes are values: equal ones are equal, and simple ones can be put into a set."""
    one, other = compare(task(), task(image="a:2")), compare(task(), task(image="a:2"))
    assert one == other
    assert len({one, other}) == 1
    assert Diff() == compare(task(), task())
