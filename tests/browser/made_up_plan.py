"""The demo's plan with made-up figures, in the shapes of the interface."""

import json
from pathlib import Path
from typing import Any

from services.gateway.pages import Json
from tests.browser.made_up_results import made_up_share

DEMO = Path(__file__).parents[2] / "deploy" / "demo"
STATUSES = ("on_track", "behind", "achieved", "off_track", "on_track", "no_data", "behind")


class MadeUpPlan:
    """The demo's plan with figures of no meaning."""

    def __init__(self) -> None:
        self.plan: dict[str, Any] = json.loads((DEMO / "plan.json").read_text("utf-8"))

    def evaluation(self, as_of: str | None) -> dict[str, Any]:
        """The whole tree."""
        whole = _figures("plan", "behind")
        tree = [self._node(node) for node in self.plan["nodes"] if node["parent"] is None]
        return {
            "plan": self.plan["id"],
            "title": self.plan["title"],
            "period": self.plan["period"],
            "reconstructed": True,
            "as_of": as_of or "2020-12-31",
            "position": "7:412",
            **whole,
            "tree": tree,
        }

    def _node(self, node: Json) -> dict[str, Any]:
        children = [self._node(child) for child in self.plan["nodes"] if child["parent"] == node["id"]]
        leaves = [self._leaf(leaf) for leaf in self.plan["indicators"] if leaf["node"] == node["id"]]
        status = STATUSES[sum(node["id"].encode()) % len(STATUSES)]
        return {
            "id": node["id"],
            "kind": node["kind"],
            "title": node["title"],
            "reconstructed": node["reconstructed"],
            "weight": 0.25,
            **_figures(node["id"], status),
            "children": [*children, *leaves],
        }

    def _leaf(self, leaf: Json) -> dict[str, Any]:
        status = STATUSES[sum(leaf["id"].encode()) % len(STATUSES)] if leaf["target"] else "context"
        known = status not in ("no_data", "context")
        return {
            "id": leaf["id"],
            "kind": "indicator",
            "title": leaf["title"],
            "reconstructed": leaf["reconstructed"],
            "weight": 0.1,
            "value": 12.5,
            "period": ("2020" if leaf["feed"] else "2019") if known else None,
            "progress": made_up_share(leaf["id"]) if known else None,
            "expected": 0.71 if known else None,
            "score": min(1.0, made_up_share(leaf["id"]) / 0.71) if known else None,
            "status": status,
            "state": "provisional" if leaf["feed"] else "verified",
            "stale_from": None,
            "given": {"period": "2020", "value": 13.0} if known and not leaf["feed"] else None,
            "position": "7:3",
        }

    def indicator(self, name: str) -> Json | None:
        """An indicator with its values of eight years."""
        found = next((leaf for leaf in self.plan["indicators"] if leaf["id"] == name), None)
        if found is None:
            return None
        start = float((found["baseline"] or {"value": 10})["value"])
        values = [
            {
                "period": str(year),
                "value": round(start * (1 + 0.05 * step), 1),
                "state": "provisional" if year == 2020 and found["feed"] else "given" if year == 2020 else "verified",
                "version": 1,
                "survey": found["feed"]["survey"] if year == 2020 and found["feed"] else None,
                "source": "Национален статистически институт",
                "note": None,
                "history": [{"value": start, "given_at": "2020-05-01T10:00:00Z"}] if year == 2018 else [],
            }
            for step, year in enumerate(range(2013, 2021))
        ]
        return {**found, "plan": self.plan["id"], "values": values}

    def evidence(self) -> Json:
        """Four log entries, whatever is asked about."""
        kinds = ("value.recorded", "value.verified")
        return {
            "items": [
                {
                    "position": f"7:{at}",
                    "recorded_at": f"2026-11-2{at}T08:30:00Z",
                    "hash": f"{at}" * 64,
                    "type": f"bg.megdan.monitoring.{kinds[at % 2]}.v1",
                    "subject": "population/2019",
                    "indicator": "population",
                    "period": "2019",
                    "value": 19331.0,
                    "state": "verified",
                }
                for at in range(1, 5)
            ],
            "next": None,
        }


def _figures(seed: str, status: str) -> dict[str, Any]:
    achieved = made_up_share(seed)
    return {
        "score": min(1.0, round(achieved / 0.71, 3)),
        "achieved": achieved,
        "expected": 0.71,
        "coverage": 0.22 if status == "no_data" else 0.81,
        "provisional": 0.05,
        "status": status,
        "change_year": 0.04,
    }
