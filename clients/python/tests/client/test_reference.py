"""The reference is made from docstrings, so that every public name needs one."""

import inspect
from collections.abc import Iterator

import sluice_client


def public_members() -> Iterator[tuple[str, object]]:
    for name in sluice_client.__all__:
        value = getattr(sluice_client, name)
        if not inspect.isclass(value):
            continue
        yield name, value
        for member, function in vars(value).items():
            if not member.startswith("_") and inspect.isfunction(function):
                yield f"{name}.{member}", function


def test_every_public_name_has_a_docstring() -> None:
    names = [name for name, _ in public_members()]
    assert "Client.search" in names
    assert [name for name, value in public_members() if not inspect.getdoc(value)] == []
