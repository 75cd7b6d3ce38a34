"""Settings as they come from the environment."""

from pathlib import Path

import pytest

from services.gateway.settings import Settings


@pytest.mark.parametrize("given", ["10.0.0.0/8,fd00::/8", " 10.0.0.0/8 , fd00::/8 ", '["10.0.0.0/8", "fd00::/8"]'])
def test_networks_come_with_commas_or_as_json(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """Both ways are read; nothing is nothing."""
    monkeypatch.setenv("MEGDAN_GATEWAY_TRUSTED_PROXIES", given)
    monkeypatch.setenv("MEGDAN_GATEWAY_METRICS_NETWORKS", "")
    settings = Settings()

    assert (["10.0.0.0/8", "fd00::/8"], ()) == (
        [str(network) for network in settings.trusted_proxies],
        settings.metrics_networks,
    )


@pytest.mark.parametrize(("base", "expected"), [("/x", Path("/x/megdan")), ("", Path("~/.cache/megdan").expanduser())])
def test_files_that_can_be_made_again_lie_in_the_cache(
    monkeypatch: pytest.MonkeyPatch, base: str, expected: Path
) -> None:
    """Where the machine keeps such files."""
    monkeypatch.setenv("XDG_CACHE_HOME", base)

    assert expected == Settings().cache
