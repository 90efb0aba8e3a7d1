"""Dossiers: every version of every set, by whom and why, until retention takes them away.

Each change is logged in the same transaction, with a fingerprint of the content instead of the content.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    delete,
    exists,
    func,
    insert,
    not_,
    select,
    true,
    update,
)
from sqlalchemy.exc import DBAPIError

from learninglion.database.engine import (
    KEY,
    Moment,
    erasing,
    new_metadata,
    now,
    reading,
    spell_moment,
    writing,
)
from learninglion.models import DocumentCard, Dossier, DossierState, Responsibility, SourceKind, Verification
from learninglion.models.errors import (
    ConflictError,
    InputError,
    IntegrityError,
    PermissionDeniedError,
    UnknownReferenceError,
)
from learninglion.models.plain import Plain, canonical_json, from_plain, sha256_hex
from learninglion.models.recent import Recent
from learninglion.record.log import EventLog, log_entries
from learninglion.store.schema import collections, documents, memberships

metadata = new_metadata()

dossiers = Table(
    "dossiers",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("version", Integer, nullable=False),  # the newest
    Column("state", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String(200), nullable=False),
    # What the log says of texts in this dossier is keyed with this. It goes when the dossier goes, and then
    # nobody can try whether a text was in it.
    Column("secret", LargeBinary, nullable=False),
    Index("ix_dossiers_changed_at", "changed_at"),
)

dossier_versions = Table(
    "dossier_versions",
    metadata,
    Column("dossier_id", ForeignKey("dossiers.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the canonical JSON
    Column("content", LargeBinary, nullable=False),  # canonical JSON, zlib
)

# Who may not see one of these collections may not see the dossier: it quotes from them.
dossier_collections = Table(
    "dossier_collections",
    metadata,
    Column("dossier_id", ForeignKey("dossiers.id"), primary_key=True),
    Column("collection", String(200), primary_key=True),
)

# Nor who may not see one of these documents now: it was moved to another collection since.
dossier_documents = Table(
    "dossier_documents",
    metadata,
    Column("dossier_id", ForeignKey("dossiers.id"), primary_key=True),
    Column("document_id", String(300), primary_key=True),
    Index("ix_dossier_documents_document_id", "document_id"),
)

dossier_tombstones = Table(
    "dossier_tombstones",
    metadata,
    Column("key", KEY, primary_key=True, autoincrement=False),
    Column("dossier_id", String(100), nullable=False),
    Column("versions", Integer, nullable=False),
    Column("deleted_at", Moment, nullable=False),
    Column("deleted_by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_dossier_tombstones_dossier_id", "dossier_id"),
)

Visible = frozenset[str] | None  # names of the collections a person may see; None = all


_DELETED = "dossier.delete"
_AT_HAND = 8_000_000  # bytes of contents; one of twelve questions is some 600,000
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


class DossierRepository:
    """All dossiers in the database of `engine`; what happens to them goes into `log`.

    Reads take `visible`, the collections their reader may see: a dossier that quotes from another one does
    not exist for that reader.
    """

    def __init__(self, engine: Engine, log: EventLog) -> None:
        self._engine = engine
        self._log = log
        self._contents = _Contents()
        self._spelled = Recent[int, tuple[Verification, str]](_AT_HAND)

    # ----------------------------------------------------------------- writing

    def save(self, dossier: Dossier, *, by: str, reason: str) -> DossierVersion:
        """Keep this version; saving the same version again changes nothing, also when the same choices were
        made at another moment.

        A new version is one more than the newest, the first is 1. Raises ConflictError when somebody else
        saved that version with another content, InputError for a state that does not follow: `approve` is
        the only way to approved, and an approved text that changes is edited again.
        """
        content = self._spell(dossier)
        sha256 = sha256_hex(content)
        with writing(self._engine) as connection:
            known = _version(connection, dossier.id, dossier.version)
            if known is not None:
                if known.sha256 == sha256 or _timeless(self._contents.of(connection, known)) == _timeless(
                    dossier
                ):
                    return known
                raise ConflictError(_changed_meanwhile(dossier.id))
            if dossier.state is DossierState.APPROVED:
                raise InputError("Een tekst wordt vastgesteld met een goedkeuring, niet door hem te bewaren.")
            saved = self._add(connection, dossier, content, sha256, by, reason)
        self._log.advance_anchor()
        return saved

    def _spell(self, dossier: Dossier) -> bytes:
        """The dossier as canonical JSON; of an answer that did not change since, as it was spelled then."""
        parts = []
        for verification in dossier.verifications:
            known, text = self._spelled.get(id(verification)) or (None, "")
            if known is not verification:
                text = canonical_json(verification)
                self._spelled.put(id(verification), (verification, text), len(text))
            parts.append(text)
        rest, around = canonical_json(replace(dossier, verifications=())), '"verifications":[%s]'
        return rest.replace(around % "", around % ",".join(parts), 1).encode()

    def approve(
        self,
        dossier_id: str,
        version: int,
        *,
        by: str,
        two_person: bool = False,
        responsibility: Responsibility | None = None,
    ) -> DossierVersion:
        """Approve version `version`, which must be the newest: the same content as a new, approved version.

        With `two_person` the approver must be somebody else than the last editor, else PermissionDeniedError.
        Whether this person may approve at all is for the caller. Approving twice changes nothing, but for
        `responsibility` that nobody took yet.
        """
        with writing(self._engine) as connection:
            newest = _version(connection, dossier_id, None)
            if newest is None:
                raise UnknownReferenceError(_unknown(dossier_id))
            done = newest.state is DossierState.APPROVED
            held = self._contents.of(connection, newest)
            taken = responsibility is None or held.responsibility is not None
            if done and taken and version in (newest.version - 1, newest.version):
                return newest
            if newest.version != version:
                raise ConflictError(_changed_meanwhile(dossier_id))
            if two_person and not done and newest.author == by:
                raise PermissionDeniedError(
                    "Iemand anders dan de laatste bewerker moet deze tekst goedkeuren (vier-ogenprincipe)."
                )
            dossier = replace(
                held,
                state=DossierState.APPROVED,
                version=version + 1,
                responsibility=responsibility or held.responsibility,
            )
            content = self._spell(dossier)
            saved = self._add(connection, dossier, content, sha256_hex(content), by, "")
        self._log.advance_anchor()
        return saved

    def delete(self, dossier_id: str, *, by: str, reason: str) -> None:
        """Destroy a dossier with all its versions and its key; a tombstone and the log keep that it was."""
        with erasing(self._engine) as connection:
            newest = _version(connection, dossier_id, None)
            if newest is None:
                raise UnknownReferenceError(_unknown(dossier_id))
            for table in (dossier_versions, dossier_collections, dossier_documents):
                connection.execute(delete(table).where(table.c.dossier_id == dossier_id))
            connection.execute(delete(dossiers).where(dossiers.c.id == dossier_id))
            last = connection.scalar(select(func.max(dossier_tombstones.c.key))) or 0
            details: dict[str, Plain] = {"versions": newest.version, "reason": reason}
            gone = {"key": last + 1, "dossier_id": dossier_id, "deleted_at": now(), "deleted_by": by}
            connection.execute(insert(dossier_tombstones).values(**gone, **details))
            self._log.append_within(connection, _DELETED, actor=by, subject=dossier_id, details=details)
        self._log.advance_anchor()

    def _add(
        self, connection: Connection, dossier: Dossier, content: bytes, sha256: str, by: str, reason: str
    ) -> DossierVersion:
        newest = _version(connection, dossier.id, None)
        expected = 1 if newest is None else newest.version + 1
        if dossier.version != expected:
            raise ConflictError(_changed_meanwhile(dossier.id))
        begun = newest is not None and not self._is_unfinished(connection, newest)
        if begun and dossier.state is DossierState.DRAFT:
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
        packed = zlib.compress(content)
        row = asdict(saved) | {"state": saved.state.value, "content": packed}
        connection.execute(insert(dossier_versions).values(**row))
        self._contents.keep((sha256, sha256_hex(packed)), dossier, len(content))
        _add_origins(connection, dossier)
        key = connection.scalars(select(dossiers.c.secret).where(dossiers.c.id == dossier.id)).one()
        details, action = _logged_as(bytes(key), saved), f"dossier.{saved.state.value}"
        self._log.append_within(connection, action, actor=by, subject=dossier.id, details=details)
        return saved

    def _is_unfinished(self, connection: Connection, stored: DossierVersion) -> bool:
        """Whether this is a draft that broke off and that nobody touched since: it may be written further."""
        if stored.state is not DossierState.DRAFT:
            return False
        return not all(v.draft.complete for v in self._contents.of(connection, stored).verifications)

    # ----------------------------------------------------------------- reading

    def load(self, dossier_id: str, visible: Visible, version: int | None = None) -> Dossier:
        """A version of a dossier, the newest when `version` is None.

        Raises UnknownReferenceError, in the same words when it may not be seen; IntegrityError when the
        content is not what was saved.
        """
        with reading(self._engine) as connection:
            _require_visible(connection, dossier_id, visible)
            number = _version(connection, dossier_id, version)
            if number is None:
                raise UnknownReferenceError(f"Versie {version} van {dossier_id} bestaat niet.")
            return self._contents.of(connection, number)

    def history(self, dossier_id: str, visible: Visible) -> tuple[DossierVersion, ...]:
        """All versions, oldest first."""
        with reading(self._engine) as connection:
            _require_visible(connection, dossier_id, visible)
            return _versions_of(connection, dossier_id)

    def list(
        self, visible: Visible, *, state: DossierState | None = None, offset: int = 0, limit: int = 50
    ) -> tuple[DossierCard, ...]:
        """A page of the dossiers one may see, last changed first."""
        query = select(*(dossiers.c[f] for f in DossierCard.__dataclass_fields__)).where(_seen(visible))
        if state is not None:
            query = query.where(dossiers.c.state == state.value)
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

    def unchanged_since(self, moment: datetime) -> tuple[str, ...]:
        """Ids of the dossiers that nobody changed since `moment`, oldest first: what retention is for."""
        query = select(dossiers.c.id).where(dossiers.c.changed_at < moment)
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query.order_by(dossiers.c.changed_at, dossiers.c.id)))

    def quoting(self, document_id: str) -> tuple[str, ...]:
        """The dossiers in which a document was offered or chosen; rights do not apply."""
        query = select(dossier_documents.c.dossier_id).where(dossier_documents.c.document_id == document_id)
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query.order_by(dossier_documents.c.dossier_id)))

    def verify(self) -> Iterator[str]:
        """Compare every version with its hash and with the log; gives a sentence for each misfit."""
        with reading(self._engine) as connection:
            logged = _logged_versions(connection)
            named = _named_collections(connection)
            known = {*connection.scalars(select(dossiers.c.id))}
            known.update(connection.scalars(select(dossier_versions.c.dossier_id)))
            for dossier_id in sorted(known.union(logged)):
                entry, in_list = logged.get(dossier_id, {}), named.get(dossier_id, set())
                try:
                    misfits = list(_misfits_of(connection, self._contents, dossier_id, entry, in_list))
                except (DBAPIError, ValueError, TypeError):
                    misfits = [f"Dossier {dossier_id} is niet te lezen."]
                yield from misfits


def _misfits_of(
    connection: Connection,
    contents: _Contents,
    dossier_id: str,
    logged: Mapping[int, _LoggedVersion],
    named: set[str],
) -> Iterator[str]:
    """What of one dossier is not as the log says; `named`: the collections that it is listed with."""
    versions = _versions_of(connection, dossier_id)
    head = connection.execute(select(dossiers).where(dossiers.c.id == dossier_id)).one_or_none()
    held: set[str] = set()
    content = None
    for stored_version in versions:
        try:
            content = contents.of(connection, stored_version)
            held |= set(_collections(content))
        except IntegrityError as error:
            content = None
            yield error.detail
        entry = logged.get(stored_version.version)
        if head is None or entry is None:
            yield f"Versie {stored_version.version} van {dossier_id} is niet die uit het logboek."
        else:
            yield from _differences(stored_version, entry, bytes(head.secret), content)
    if head is not None and versions:
        yield from _misfits_of_head(head, versions, content)
        if held - named:
            yield f"Van {dossier_id} is de verzameling waaruit het citeert weggehaald."
    elif head is not None:
        yield f"Van {dossier_id} zijn alle versies weg."
    for version in sorted(logged.keys() - {stored_version.version for stored_version in versions}):
        yield f"Versie {version} van {dossier_id} ontbreekt, en het logboek noemt geen verwijdering."


@dataclass(frozen=True, slots=True)
class _LoggedVersion:
    """What the log says of a version; `at` and `reason` are empty where an older program logged it."""

    state: str
    content: str
    author: str
    at: str = ""
    reason: str = ""


def _logged_as(secret: bytes, saved: DossierVersion) -> dict[str, Plain]:
    # A reason is a person's text: its fingerprint says whether it was changed, and not what it was.
    return {
        "version": saved.version,
        "content": _fingerprint(secret, saved.sha256),
        "at": spell_moment(saved.at),
        "reason": _fingerprint(secret, saved.reason),
    }


def _differences(
    version: DossierVersion, entry: _LoggedVersion, secret: bytes, content: Dossier | None
) -> Iterator[str]:
    """What of a version is not as it was logged, in words."""
    wrong = []
    if entry.content != _fingerprint(secret, version.sha256):
        wrong.append("de inhoud")
    if entry.author != version.author:
        wrong.append("wie")
    if entry.state != version.state.value or (content is not None and content.state is not version.state):
        wrong.append("de staat")
    if entry.at and entry.at != spell_moment(version.at):
        wrong.append("het moment")
    if entry.reason and entry.reason != _fingerprint(secret, version.reason):
        wrong.append("de reden")
    if wrong:
        listed = ", ".join(wrong)
        yield f"Versie {version.version} van {version.dossier_id} is niet die uit het logboek: {listed}."


def _misfits_of_head(
    head: Row[tuple[object, ...]], versions: Sequence[DossierVersion], content: Dossier | None
) -> Iterator[str]:
    """What the list of dossiers says and the versions `versions` do not; `content` is that of the newest."""
    first, last = versions[0], versions[-1]
    values = (head.version, head.state, head.changed_at, head.changed_by, head.created_at, head.created_by)
    recorded = (last.version, last.state.value, last.at, last.author, first.at, first.author)
    names = ("de versie", "de staat", "het moment", "wie", "wanneer begonnen", "door wie begonnen")
    wrong = [name for name, a, b in zip(names, values, recorded, strict=True) if a != b]
    if content is not None and content.question_set.title != head.title:
        wrong.append("de titel")
    if wrong:
        yield f"Dossier {last.dossier_id} staat anders in de lijst dan het is bewaard: {', '.join(wrong)}."


def _named_collections(connection: Connection) -> dict[str, set[str]]:
    named: dict[str, set[str]] = {}
    for dossier_id, name in connection.execute(
        select(dossier_collections.c.dossier_id, dossier_collections.c.collection)
    ):
        named.setdefault(dossier_id, set()).add(name)
    return named


def _logged_versions(connection: Connection) -> dict[str, dict[int, _LoggedVersion]]:
    """What the log says of every version that should be there, by dossier. Raises IntegrityError where it
    cannot be read.
    """
    logged: dict[str, dict[int, _LoggedVersion]] = {}
    columns = (log_entries.c.action, log_entries.c.subject, log_entries.c.actor, log_entries.c.details)
    query = select(*columns).where(log_entries.c.action.in_(_LOGGED)).order_by(log_entries.c.seq)
    try:
        for action, dossier_id, actor, details in connection.execute(query):
            details_read = json.loads(details)
            if action == _DELETED:
                logged.pop(dossier_id, None)
            else:
                moment = {name: details_read.get(name, "") for name in ("at", "reason")}
                version = _LoggedVersion(
                    action.removeprefix("dossier."), details_read["content"], actor, **moment
                )
                logged.setdefault(dossier_id, {})[details_read["version"]] = version
    except (DBAPIError, ValueError, TypeError, KeyError) as error:
        raise IntegrityError("Van dossiers staat iets in het logboek dat niet te lezen is.") from error
    return logged


def _versions() -> Select[tuple[object, ...]]:
    return select(*(dossier_versions.c[f] for f in DossierVersion.__dataclass_fields__))


def _versions_of(connection: Connection, dossier_id: str) -> tuple[DossierVersion, ...]:
    query = _versions().where(dossier_versions.c.dossier_id == dossier_id)
    rows = connection.execute(query.order_by(dossier_versions.c.version))
    return tuple(_read_version(tuple(row)) for row in rows)


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


class _Contents:
    """Contents of versions; those that were read last stay at hand, by what is stored of them.

    A version never changes, and what was tampered with is another content: it is never at hand.
    """

    def __init__(self) -> None:
        self._recent = Recent[tuple[str, str], Dossier](_AT_HAND)

    def of(self, connection: Connection, version: DossierVersion) -> Dossier:
        """The content of a version. Raises IntegrityError when it is not what was saved."""
        query = select(dossier_versions.c.content)
        query = query.where(dossier_versions.c.dossier_id == version.dossier_id)
        packed = connection.execute(query.where(dossier_versions.c.version == version.version)).scalar_one()
        damaged = f"Versie {version.version} van {version.dossier_id} is beschadigd of veranderd."
        if not isinstance(packed, bytes):
            raise IntegrityError(damaged)
        key = (version.sha256, sha256_hex(packed))
        if (known := self._recent.get(key)) is not None:
            return known
        try:
            content = zlib.decompress(packed)
        except zlib.error as error:
            raise IntegrityError(damaged) from error
        if sha256_hex(content) != version.sha256:
            raise IntegrityError(damaged)
        dossier = from_plain(Dossier, json.loads(content))
        self.keep(key, dossier, len(content))
        return dossier

    def keep(self, key: tuple[str, str], dossier: Dossier, size: int) -> None:
        """Have a content at hand: by its hash, and that of what is stored; `size` in bytes unpacked."""
        self._recent.put(key, dossier, size)


def _timeless(dossier: Dossier) -> Dossier:
    """The dossier without the moments of choosing, which its id does not depend on either."""

    def stripped(verification: Verification) -> Verification:
        selection = replace(verification.draft.selection, selected_at=None)
        return replace(verification, draft=replace(verification.draft, selection=selection))

    return replace(dossier, verifications=tuple(stripped(v) for v in dossier.verifications))


def _add_origins(connection: Connection, dossier: Dossier) -> None:
    """Every document and collection of which the dossier ever held a text, also what was set aside."""
    for column, origins in (
        (dossier_collections.c.collection, _collections(dossier)),
        (dossier_documents.c.document_id, (card.id for card in _archived(dossier))),
    ):
        table = column.table
        known = set(connection.scalars(select(column).where(table.c.dossier_id == dossier.id)))
        for name in sorted(set(origins) - known):
            connection.execute(insert(table).values({"dossier_id": dossier.id, column.name: name}))


def _archived(dossier: Dossier) -> Iterable[DocumentCard]:
    """The documents of the archive that were offered or chosen."""
    for verification in dossier.verifications:
        selection = verification.draft.selection
        for source in (*selection.chosen, *(hit.source for hit in selection.offered)):
            if source.kind is not SourceKind.SUPPLIED:
                yield source.document


def _collections(dossier: Dossier) -> Iterable[str]:
    return (card.collection for card in _archived(dossier))


def _seen(visible: Visible) -> ColumnElement[bool]:
    """Whether a reader may see a dossier: neither from a collection that is not this reader's, nor from a
    document that stands in none of them by now. What was removed from the archive stays in its dossiers.
    """
    if visible is None:
        return true()
    mine = sorted(visible)
    hidden = exists().where(
        dossier_collections.c.dossier_id == dossiers.c.id, dossier_collections.c.collection.not_in(mine)
    )
    within = exists().where(
        memberships.c.document_key == documents.c.key,
        memberships.c.collection_key == collections.c.key,
        collections.c.name.in_(mine),
    )
    moved = exists().where(
        dossier_documents.c.dossier_id == dossiers.c.id,
        documents.c.id == dossier_documents.c.document_id,
        documents.c.deleted_at.is_(None),
        not_(within),
    )
    return and_(not_(hidden), not_(moved))


def _require_visible(connection: Connection, dossier_id: str, visible: Visible) -> None:
    query = select(dossiers.c.id).where(dossiers.c.id == dossier_id, _seen(visible))
    if connection.scalar(query) is None:
        raise UnknownReferenceError(_unknown(dossier_id))


def _fingerprint(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def _unknown(dossier_id: str) -> str:
    return f"Dossier {dossier_id} bestaat niet."


def _changed_meanwhile(dossier_id: str) -> str:
    return (
        f"{dossier_id} is ondertussen door iemand anders gewijzigd. "
        "Open het opnieuw en doe uw wijziging nog eens."
    )
