"""Dossiers: every version of every set, by whom and why, until retention takes them away.

Each change is logged in the same transaction, with a fingerprint of the content instead of the content.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    delete,
    exists,
    func,
    insert,
    not_,
    select,
    true,
    update,
)

from learninglion.database.engine import now, reading, wipe_deleted, writing
from learninglion.models import Dossier, DossierState, SourceKind, Verification
from learninglion.models.errors import (
    ConflictError,
    InputError,
    IntegrityError,
    PermissionDeniedError,
    UnknownReferenceError,
)
from learninglion.models.plain import canonical_json, from_plain, sha256_hex
from learninglion.record.log import EventLog
from learninglion.record.tables import (
    dossier_collections,
    dossier_tombstones,
    dossier_versions,
    dossiers,
    log_entries,
)

__all__ = ["DossierCard", "DossierRepository", "DossierTombstone", "DossierVersion"]

Visible = frozenset[str] | None  # names of the collections a person may see; None = all


_DELETED = "dossier.delete"
_LOGGED = (*(f"dossier.{state.value}" for state in DossierState), _DELETED)


@dataclass(frozen=True, slots=True)
class DossierCard:
    """What a list says of a dossier."""

    id: str
    title: str
    state: DossierState
    version: int
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class DossierVersion:
    """One version: by whom, when, why, and the hash of its content."""

    dossier_id: str
    version: int
    state: DossierState
    at: datetime
    author: str
    reason: str
    sha256: str


@dataclass(frozen=True, slots=True)
class DossierTombstone:
    """What is left of a deleted dossier."""

    dossier_id: str
    versions: int
    deleted_at: datetime
    deleted_by: str
    reason: str


class DossierRepository:
    """All dossiers in the database of `engine`; what happens to them goes into `log`.

    Reads take `visible`, the collections their reader may see: a dossier that quotes from another one does
    not exist for that reader.
    """

    def __init__(self, engine: Engine, log: EventLog) -> None:
        self._engine = engine
        self._log = log

    # ----------------------------------------------------------------- writing

    def save(self, dossier: Dossier, *, by: str, reason: str) -> DossierVersion:
        """Keep this version; saving the same version again changes nothing, also when the same choices were
        made at another moment.

        A new version is one more than the newest, the first is 1. Raises ConflictError when somebody else
        saved that version with another content, InputError for a state that does not follow: `approve` is
        the only way to approved, and an approved text that changes is edited again.
        """
        content = canonical_json(dossier).encode()
        sha256 = sha256_hex(content)
        with writing(self._engine) as connection:
            known = _version(connection, dossier.id, dossier.version)
            if known is not None:
                if known.sha256 == sha256 or _timeless(_content(connection, known)) == _timeless(dossier):
                    return known
                raise ConflictError(_changed_meanwhile(dossier.id))
            if dossier.state is DossierState.APPROVED:
                raise InputError("Een tekst wordt vastgesteld met een goedkeuring, niet door hem te bewaren.")
            saved = self._add(connection, dossier, content, sha256, by, reason)
        self._log.advance_anchor()
        return saved

    def approve(
        self, dossier_id: str, version: int, *, by: str, reason: str = "", two_person: bool = False
    ) -> DossierVersion:
        """Approve version `version`, which must be the newest: the same content as a new, approved version.

        With `two_person` the approver must be somebody else than the last editor, else PermissionDeniedError.
        Whether this person may approve at all is for the caller. Approving twice changes nothing.
        """
        with writing(self._engine) as connection:
            newest = _version(connection, dossier_id, None)
            if newest is None:
                raise UnknownReferenceError(_unknown(dossier_id))
            if newest.state is DossierState.APPROVED and version in (newest.version - 1, newest.version):
                return newest
            if newest.version != version:
                raise ConflictError(_changed_meanwhile(dossier_id))
            if two_person and newest.author == by:
                raise PermissionDeniedError(
                    "Iemand anders dan de laatste bewerker moet deze tekst goedkeuren (vier-ogenprincipe)."
                )
            dossier = replace(_content(connection, newest), state=DossierState.APPROVED, version=version + 1)
            content = canonical_json(dossier).encode()
            saved = self._add(connection, dossier, content, sha256_hex(content), by, reason)
        self._log.advance_anchor()
        return saved

    def delete(self, dossier_id: str, *, by: str, reason: str) -> None:
        """Destroy a dossier with all its versions and its key; a tombstone and the log keep that it was."""
        with writing(self._engine) as connection:
            newest = _version(connection, dossier_id, None)
            if newest is None:
                raise UnknownReferenceError(_unknown(dossier_id))
            for table in (dossier_versions, dossier_collections):
                connection.execute(delete(table).where(table.c.dossier_id == dossier_id))
            connection.execute(delete(dossiers).where(dossiers.c.id == dossier_id))
            last = connection.scalar(select(func.max(dossier_tombstones.c.key))) or 0
            connection.execute(
                insert(dossier_tombstones).values(
                    key=last + 1,
                    dossier_id=dossier_id,
                    versions=newest.version,
                    deleted_at=now(),
                    deleted_by=by,
                    reason=reason,
                )
            )
            self._log.append_within(
                connection,
                _DELETED,
                actor=by,
                subject=dossier_id,
                details={"versions": newest.version, "reason": reason},
            )
        self._log.advance_anchor()
        wipe_deleted(self._engine)

    def _add(
        self, connection: Connection, dossier: Dossier, content: bytes, sha256: str, by: str, reason: str
    ) -> DossierVersion:
        newest = _version(connection, dossier.id, None)
        expected = 1 if newest is None else newest.version + 1
        if dossier.version != expected:
            raise ConflictError(_changed_meanwhile(dossier.id))
        if (
            dossier.state is DossierState.DRAFT
            and newest is not None
            and not _is_unfinished(connection, newest)
        ):
            raise InputError("Een tekst die al bestaat wordt bewerkt, niet opnieuw opgesteld.")
        saved = DossierVersion(dossier.id, dossier.version, dossier.state, now(), by, reason, sha256)
        head = {
            "version": saved.version,
            "state": saved.state.value,
            "title": dossier.question_set.title,
            "changed_at": saved.at,
            "changed_by": by,
        }
        if newest is None:
            secret = secrets.token_bytes(32)
            born = {"created_at": saved.at, "created_by": by, "secret": secret}
            connection.execute(insert(dossiers).values(id=dossier.id, **head, **born))
        else:
            connection.execute(update(dossiers).where(dossiers.c.id == dossier.id).values(**head))
        connection.execute(
            insert(dossier_versions).values(
                dossier_id=dossier.id,
                version=saved.version,
                state=saved.state.value,
                at=saved.at,
                author=by,
                reason=reason,
                sha256=sha256,
                content=zlib.compress(content),
            )
        )
        _add_collections(connection, dossier)
        self._log.append_within(
            connection,
            f"dossier.{saved.state.value}",
            actor=by,
            subject=dossier.id,
            details={
                "version": saved.version,
                "content": _fingerprint(_secret(connection, dossier.id), sha256),
            },
        )
        return saved

    # ----------------------------------------------------------------- reading

    def load(self, dossier_id: str, visible: Visible, version: int | None = None) -> Dossier:
        """A version of a dossier, the newest when `version` is None.

        Raises UnknownReferenceError, in the same words when it may not be seen; IntegrityError when the
        content is not what was saved.
        """
        with reading(self._engine) as connection:
            _require_visible(connection, dossier_id, visible)
            found = _version(connection, dossier_id, version)
            if found is None:
                raise UnknownReferenceError(f"Versie {version} van {dossier_id} bestaat niet.")
            return _content(connection, found)

    def history(self, dossier_id: str, visible: Visible) -> tuple[DossierVersion, ...]:
        """All versions, oldest first."""
        query = (
            _versions()
            .where(dossier_versions.c.dossier_id == dossier_id)
            .order_by(dossier_versions.c.version)
        )
        with reading(self._engine) as connection:
            _require_visible(connection, dossier_id, visible)
            return tuple(_read_version(tuple(row)) for row in connection.execute(query))

    def list(
        self,
        visible: Visible,
        *,
        state: DossierState | None = None,
        created_by: str | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> tuple[DossierCard, ...]:
        """A page of the dossiers one may see, last changed first."""
        query = select(*(dossiers.c[f] for f in DossierCard.__dataclass_fields__)).where(_seen(visible))
        if state is not None:
            query = query.where(dossiers.c.state == state.value)
        if created_by is not None:
            query = query.where(dossiers.c.created_by == created_by)
        query = query.order_by(dossiers.c.changed_at.desc(), dossiers.c.id).offset(offset).limit(limit)
        with reading(self._engine) as connection:
            return tuple(
                replace(DossierCard(*row), state=DossierState(row.state)) for row in connection.execute(query)
            )

    def contents(self) -> Iterator[tuple[str, str]]:
        """The id and the whole record (JSON) of every version of every dossier; for administrators."""
        query = select(dossier_versions.c.dossier_id, dossier_versions.c.content).order_by(
            dossier_versions.c.dossier_id, dossier_versions.c.version
        )
        with reading(self._engine) as connection:
            for dossier_id, content in connection.execute(query):
                yield dossier_id, zlib.decompress(content).decode("utf-8")

    def citing(self, document_id: str) -> tuple[str, ...]:
        """The dossiers that hold text of a document, by id; for administrators."""
        marks = (canonical_json(document_id), canonical_json(f"{document_id}#")[:-1])
        return tuple(
            dict.fromkeys(name for name, content in self.contents() if any(m in content for m in marks))
        )

    def unchanged_since(self, moment: datetime) -> tuple[str, ...]:
        """Ids of the dossiers that nobody changed since `moment`, oldest first: what retention is for."""
        query = select(dossiers.c.id).where(dossiers.c.changed_at < moment)
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query.order_by(dossiers.c.changed_at, dossiers.c.id)))

    def tombstones(self) -> tuple[DossierTombstone, ...]:
        """The dossiers that were deleted, in order; for auditors."""
        columns = (dossier_tombstones.c[f] for f in DossierTombstone.__dataclass_fields__)
        with reading(self._engine) as connection:
            rows = connection.execute(select(*columns).order_by(dossier_tombstones.c.key))
            return tuple(DossierTombstone(*row) for row in rows)

    def fingerprint(self, dossier_id: str, text: str) -> str:
        """What the log may say of a text in this dossier: useless once the dossier is deleted."""
        with reading(self._engine) as connection:
            return _fingerprint(_secret(connection, dossier_id), text)

    def verify(self) -> Iterator[str]:
        """Compare every version with its hash and with the log; gives a sentence for each misfit."""
        with reading(self._engine) as connection:
            logged = _logged_versions(connection)
            kept = connection.execute(select(dossiers.c.id, dossiers.c.secret))
            secrets_of = {row.id: row.secret for row in kept}
            order = (dossier_versions.c.dossier_id, dossier_versions.c.version)
            for row in connection.execute(_versions().order_by(*order)).all():
                found = _read_version(tuple(row))
                try:
                    _content(connection, found)
                except IntegrityError as error:
                    yield error.detail
                said = logged.pop((found.dossier_id, found.version), None)
                if said != (_fingerprint(secrets_of[found.dossier_id], found.sha256), found.author):
                    yield f"Versie {found.version} van {found.dossier_id} is niet die uit het logboek."
        for dossier_id, version in sorted(logged):
            yield f"Versie {version} van {dossier_id} ontbreekt, en het logboek noemt geen verwijdering."


def _logged_versions(connection: Connection) -> dict[tuple[str, int], tuple[str, str]]:
    """Fingerprint and author of every version that should be there, as the log says."""
    logged: dict[tuple[str, int], tuple[str, str]] = {}
    columns = (log_entries.c.action, log_entries.c.subject, log_entries.c.actor, log_entries.c.details)
    query = select(*columns).where(log_entries.c.action.in_(_LOGGED)).order_by(log_entries.c.seq)
    for action, dossier_id, actor, details in connection.execute(query):
        said = json.loads(details)
        if action == _DELETED:
            for version in range(1, said["versions"] + 1):
                logged.pop((dossier_id, version), None)
        else:
            logged[dossier_id, said["version"]] = (said["content"], actor)
    return logged


def _versions() -> Select[tuple[object, ...]]:
    return select(*(dossier_versions.c[f] for f in DossierVersion.__dataclass_fields__))


def _read_version(row: tuple[object, ...]) -> DossierVersion:
    dossier_id, version, state, at, author, reason, sha256 = row
    if not isinstance(version, int) or not isinstance(at, datetime):
        raise TypeError("a row of dossier_versions was expected")
    return DossierVersion(
        str(dossier_id), version, DossierState(str(state)), at, str(author), str(reason), str(sha256)
    )


def _version(connection: Connection, dossier_id: str, version: int | None) -> DossierVersion | None:
    query = _versions().where(dossier_versions.c.dossier_id == dossier_id)
    if version is not None:
        query = query.where(dossier_versions.c.version == version)
    row = connection.execute(query.order_by(dossier_versions.c.version.desc()).limit(1)).one_or_none()
    return None if row is None else _read_version(tuple(row))


def _content(connection: Connection, found: DossierVersion) -> Dossier:
    packed = connection.execute(
        select(dossier_versions.c.content).where(
            dossier_versions.c.dossier_id == found.dossier_id, dossier_versions.c.version == found.version
        )
    ).scalar_one()
    damaged = f"Versie {found.version} van {found.dossier_id} is beschadigd of veranderd."
    try:
        content = zlib.decompress(packed)
    except zlib.error as error:
        raise IntegrityError(damaged) from error
    if sha256_hex(content) != found.sha256:
        raise IntegrityError(damaged)
    return from_plain(Dossier, json.loads(content))


def _is_unfinished(connection: Connection, found: DossierVersion) -> bool:
    """Whether this is a draft that broke off and that nobody touched since: it may be written further."""
    if found.state is not DossierState.DRAFT:
        return False
    return not all(v.draft.complete for v in _content(connection, found).verifications)


def _timeless(dossier: Dossier) -> Dossier:
    """The dossier without the moments of choosing, which its id does not depend on either."""

    def stripped(verification: Verification) -> Verification:
        draft = verification.draft
        return replace(
            verification, draft=replace(draft, selection=replace(draft.selection, selected_at=None))
        )

    return replace(dossier, verifications=tuple(stripped(v) for v in dossier.verifications))


def _add_collections(connection: Connection, dossier: Dossier) -> None:
    """Every collection of which the dossier ever held a text, also of what was offered and set aside."""
    held = select(dossier_collections.c.collection).where(dossier_collections.c.dossier_id == dossier.id)
    known = set(connection.scalars(held))
    for name in sorted(set(_collections(dossier)) - known):
        connection.execute(insert(dossier_collections).values(dossier_id=dossier.id, collection=name))


def _collections(dossier: Dossier) -> Iterable[str]:
    for verification in dossier.verifications:
        selection = verification.draft.selection
        for source in (*selection.chosen, *(hit.source for hit in selection.offered)):
            if source.kind is not SourceKind.SUPPLIED:
                yield source.document.collection


def _seen(visible: Visible) -> ColumnElement[bool]:
    if visible is None:
        return true()
    hidden = exists().where(
        dossier_collections.c.dossier_id == dossiers.c.id,
        dossier_collections.c.collection.not_in(sorted(visible)),
    )
    return not_(hidden)


def _require_visible(connection: Connection, dossier_id: str, visible: Visible) -> None:
    query = select(dossiers.c.id).where(dossiers.c.id == dossier_id, _seen(visible))
    if connection.scalar(query) is None:
        raise UnknownReferenceError(_unknown(dossier_id))


def _secret(connection: Connection, dossier_id: str) -> bytes:
    secret = connection.scalar(select(dossiers.c.secret).where(dossiers.c.id == dossier_id))
    if secret is None:
        raise UnknownReferenceError(_unknown(dossier_id))
    return bytes(secret)


def _fingerprint(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def _unknown(dossier_id: str) -> str:
    return f"Dossier {dossier_id} bestaat niet."


def _changed_meanwhile(dossier_id: str) -> str:
    return (
        f"{dossier_id} is ondertussen door iemand anders gewijzigd. "
        "Open het opnieuw en doe uw wijziging nog eens."
    )
