"""What every page and every API call shares: the workflow, the accounts, the work in hand."""

from __future__ import annotations

from dataclasses import dataclass

from learninglion.models import Actor
from learninglion.settings import Settings
from learninglion.web.accounts import Accounts
from learninglion.web.events import Jobs
from learninglion.web.oidc import OpenIdConnect
from learninglion.web.page_images import PageImages
from learninglion.web.rendering import Templates
from learninglion.web.security import RateLimiter
from learninglion.web.sign_offs import SignOffs
from learninglion.web.workbench import Workbench
from learninglion.workflow import LearningLion

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

    def ministries(self, actor: Actor) -> tuple[str, ...]:
        """The ministries of what this person may see, to choose from."""
        return tuple(
            name for name, _count in self.house.store.catalogue.ministries(actor.collections) if name
        )
