"""Every component says what it does and what it deliberately does not."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pulumi
import pytest

import infra


def components() -> Iterator[type[pulumi.ComponentResource]]:
    for module in pkgutil.walk_packages(infra.__path__, "infra."):
        if module.name.endswith("__main__"):
            continue
        found = importlib.import_module(module.name)
        for _, each in inspect.getmembers(found, inspect.isclass):
            if issubclass(each, pulumi.ComponentResource) and each.__module__ == module.name:
                yield each


@pytest.mark.parametrize("component", [*components()], ids=lambda each: each.__name__)
def test_a_component_says_what_it_deliberately_does_not(
    component: type[pulumi.ComponentResource],
) -> None:
    assert component.__doc__ is not None
    assert "Deliberately" in component.__doc__


def test_there_are_components() -> None:
    names = {each.__name__ for each in components()}
    assert {"Accounts", "Events", "Firestore", "Hosting", "Observability", "Services"} <= names
