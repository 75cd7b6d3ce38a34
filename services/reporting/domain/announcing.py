"""What is told when a plan's live evaluation moves."""

from services.reporting.domain.documents import Node
from services.reporting.domain.shapes import number
from services.reporting.domain.tree import figures
from shared.events.reporting import EvaluationChanged


def evaluation_changed(plan_id: str, root: Node, cut: str) -> EvaluationChanged:
    """Tell the whole plan's figures after the entry `cut`; floats are made here, none is kept."""
    now = figures(root.sums)
    return EvaluationChanged(
        plan_id=plan_id,
        score=number(now.score),
        coverage=round(float(now.coverage), 12),
        provisional=round(float(now.provisional), 12),
        status=now.status,
        position=cut,
    )
