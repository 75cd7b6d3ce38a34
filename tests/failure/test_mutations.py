"""The tests are tested: with a mechanism taken out of the product, they go red."""

from pathlib import Path

import pytest

from deploy.cli.testing import programme
from tests.mutants.mutations import MUTATIONS, Mutation
from tests.mutants.running import ROOT, Verdict, copied, noticed

ENOUGH = 150
"""Seeds among which one notices each of the quick mutations, with much to spare."""

named = pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
quick = pytest.mark.parametrize(
    "mutation", [each for each in MUTATIONS if each.quick], ids=lambda mutation: mutation.name
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the tests need."""
    return copied(tmp_path_factory.mktemp("mutants"))


@named
def test_each_mutation_still_applies(mutation: Mutation) -> None:
    """The text that a mutation replaces stands in the product, once."""
    assert 1 == (ROOT / mutation.file).read_text().count(mutation.old)


@quick
def test_a_mutation_is_noticed(mutation: Mutation, tree: Path) -> None:
    """Each of the mechanisms that few seeds need is missed by the simulator when it is gone."""
    assert noticed(mutation, tree, ENOUGH).is_caught


def test_a_survivor_is_told_from_what_was_noticed() -> None:
    """A verdict without a test that noticed is a survivor, whatever was tried."""
    survivor, caught = Verdict(MUTATIONS[0], of=200), Verdict(MUTATIONS[0], "simulator", "x", seed=3, red=50, of=200)

    assert (False, None, "0%") == (survivor.is_caught, survivor.needed, survivor.share)
    assert (True, 4, "25%") == (caught.is_caught, caught.needed, caught.share)


@pytest.mark.parametrize(
    ("arguments", "program"),
    [
        (("--nightly", "-k", "seed"), ["pytest", "--nightly", "-k", "seed"]),
        (("--seed", "7"), ["pytest", "--seed", "7"]),
        (("--mutants", "dedupe", "--seeds", "9"), ["tests.mutants", "dedupe", "--seeds", "9"]),
    ],
)
def test_the_command_passes_on_what_it_is_given(arguments: tuple[str, ...], program: list[str]) -> None:
    """`./megdan test` gives its arguments to pytest, and with --mutants to the mutations."""
    assert program == programme(arguments)[0]
