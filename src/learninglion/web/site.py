"""What every page and every API call shares: the use cases, the settings, and what only a web server has."""

from __future__ import annotations

from dataclasses import dataclass, field

from learninglion.settings import Settings, with_model
from learninglion.web.addresses import address_for
from learninglion.web.metrics import Metrics
from learninglion.web.oidc import IdTokens, OpenIdConnect
from learninglion.web.page_images import PageImages
from learninglion.web.rendering import Templates
from learninglion.workflow import Workplace
from learninglion.workflow.checkup import Readiness


@dataclass(frozen=True, slots=True)
class Site:
    """Made once by create_app; nothing in it is replaced while the server runs."""

    workplace: Workplace
    settings: Settings
    page_images: PageImages
    templates: Templates
    oidc: OpenIdConnect | None
    metrics: Metrics | None  # None: no token is set
    readiness: Readiness
    id_tokens: IdTokens = field(default_factory=IdTokens)

    @property
    def settings_now(self) -> Settings:
        """The settings with the language model that was chosen on a screen of any server."""
        return with_model(self.settings, self.workplace.language_model.chosen())

    def leave_organisation(self, session: str) -> str:
        """Where the organisation's provider ends its own session as well; "" when there is no such place."""
        if self.oidc is None:
            return ""
        back = f"{address_for(self.settings.web)}/sign-in"
        return self.oidc.sign_out_address(self.id_tokens.take(session), back)
