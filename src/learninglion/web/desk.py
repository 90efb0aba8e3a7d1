"""What every page and every API call shares: the workflow, the accounts, the work in hand."""

from __future__ import annotations

from dataclasses import dataclass

from learninglion.models import Actor
from learninglion.settings import Settings
from learninglion.web.oidc import OpenIdConnect
from learninglion.web.page_images import PageImages
from learninglion.web.rendering import Templates
from learninglion.web.security import RateLimiter
from learninglion.workflow import LearningLion
from learninglion.workflow.accounts import Accounts
from learninglion.workflow.jobs import Jobs
from learninglion.workflow.quality import QualityService
from learninglion.workflow.sets import Workbench
from learninglion.workflow.sign_offs import SignOffs

__all__ = ["Desk"]


@dataclass(frozen=True, slots=True)
class Desk:
    """Made once by create_app; nothing in it is replaced while the server runs."""

    house: LearningLion
    settings: Settings
    accounts: Accounts
    workbench: Workbench
    sign_offs: SignOffs
    jobs: Jobs
    page_images: PageImages
    templates: Templates
    name_brake: RateLimiter
    address_brake: RateLimiter
    oidc: OpenIdConnect | None

    @property
    def quality(self) -> QualityService:
        """Measuring search and letting it learn, as jobs of this server."""
        return QualityService(self.house, self.settings.home, self.jobs)

    def ministries(self, actor: Actor) -> tuple[str, ...]:
        """The ministries of what this person may see, to choose from."""
        return tuple(
            name for name, _count in self.house.store.catalogue.ministries(actor.collections) if name
        )
