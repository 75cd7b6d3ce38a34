"""Who may call what: the tables of all services as the one that holds for an installation."""

from services.gateway.api.access import ACCESS as GATEWAY
from services.monitoring.api import ACCESS as MONITORING
from services.reporting.api import ACCESS as REPORTING
from services.surveys.api import ACCESS as SURVEYS
from shared.http import Access
from shared.operations import OPERATIONS_ACCESS


def _operations(service: str) -> Access:
    return {
        (method, path.replace("/operations", f"/operations/{service}", 1)): who
        for (method, path), who in OPERATIONS_ACCESS.items()
    }


ALL: Access = {
    **SURVEYS,
    **MONITORING,
    **REPORTING,
    **GATEWAY,
    **_operations("surveys"),
    **_operations("monitoring"),
    **_operations("reporting"),
}
"""(method, path under /api/v1) -> roles that may. Everybody holds the role `visitor`."""
