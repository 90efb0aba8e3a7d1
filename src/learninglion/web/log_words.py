"""What a line of the log says to a reader: its code in Dutch words (translations hold the English)."""

from __future__ import annotations

__all__ = ["deed_words"]

_DEEDS = {
    "account.add": "account gemaakt",
    "account.change": "account gewijzigd",
    "account.invite": "nieuwe aanmeldlink gemaakt",
    "ask": "vraag gesteld aan documenten",
    "collection.guide": "verzameling beschreven door de eigenaar",
    "collection.remark": "opmerking bij een antwoord",
    "collection.settle": "opmerking afgehandeld",
    "collection.evaluate": "verzameling gemeten",
    "archive": "ingepakt voor het archief",
    "collection.describe": "verzameling beschreven",
    "copy": "gekopieerd",
    "document.ingest": "bestand aangeboden om op te nemen",
    "document.remove": "document verwijderd",
    "dossier.approved": "vastgesteld",
    "dossier.delete": "dossier verwijderd",
    "dossier.draft": "voorstel bewaard",
    "dossier.edited": "bewerkt",
    "draft": "voorstel opgesteld",
    "evaluate": "zoeken gemeten",
    "export": "meegenomen als bestand",
    "ingest.done": "documenten opgenomen",
    "judging.close": "beoordeling afgesloten",
    "judging.open": "beoordeling klaargezet",
    "judging.reopen": "beoordeling weer geopend",
    "label.remove": "regel over AI weggehaald; redactionele verantwoordelijkheid genomen",
    "models.change": "ander taalmodel gekozen",
    "models.reset": "terug naar het ingestelde taalmodel",
    "offer": "bronnen aangeboden",
    "person.erase": "persoon weggehaald",
    "person.find": "persoon gezocht",
    "read.dossier": "dossier ingezien door beheer",
    "read.log": "logboek ingezien",
    "read.people": "lijst van mensen ingezien",
    "replay": "opnieuw gemaakt en vergeleken",
    "resume": "verder geschreven",
    "retention.hold": "vastgehouden: mag niet worden vernietigd",
    "retention.release": "vrijgegeven om te vernietigen",
    "retention.destroy": "vernietigd na de bewaartermijn",
    "search": "gezocht",
    "select": "bronnen gekozen",
    "set.own-source": "eigen bron toegevoegd",
    "sign-off.ask": "gevraagd om vast te stellen",
    "sign-off.give-back": "teruggegeven met een opmerking",
    "sign-off.withdraw": "vraag om vast te stellen ingetrokken",
    "sign-in": "aangemeld",
    "sign-in.refused": "aanmelding geweigerd",
    "sign-out": "afgemeld",
    "source.open": "bron bij de tekst geopend",
    "storage.check": "opslag gecontroleerd",
    "storage.sweep": "losse bestanden opgeruimd",
    "token.make": "token gemaakt",
    "token.revoke": "token ingetrokken",
    "tuning.keep": "geleerde weging in gebruik genomen",
    "tuning.learn": "zoeken liet men leren",
    "tuning.revert": "terug naar een eerdere weging",
    "verify": "tekst gecontroleerd",
}


def deed_words(action: str) -> str:
    """A log action in words; a code that is new here is shown as it is."""
    return _DEEDS.get(action, action)
