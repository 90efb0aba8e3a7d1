"""One way to the database: SQLite by default, PostgreSQL by URL, migrated before it is handed out.

Every change runs in `writing`, every read that needs more than one statement in `reading`. Writers take
turns on both databases, so counters and the log stay linear without retries.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    Connection,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from learninglion.database.files import disk_trouble, exclusive
from learninglion.models.errors import ConflictError, InputError, IntegrityError, UnavailableError

HEAD = "0012"  # newest migration; kept here so that opening an up-to-date database need not load Alembic

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

_WRITE = "learninglion_write"
_TURN = "learninglion_turn"
_WRITE_LOCK = 0x4C4C_0001  # PostgreSQL advisory lock "LL" 1: one writer at a time, as in SQLite
_MIGRATE_LOCK = 0x4C4C_0002
KEPT_CONNECTIONS = 5  # of one process that stay open to PostgreSQL
_MOST_CONNECTIONS = 40  # beyond those: one a thread that serves
_FENCE: ContextVar[Callable[[Connection], None] | None] = ContextVar("learninglion_fence", default=None)
_BUSY_MS = 60_000  # a writer waits this long for another; document transactions take milliseconds

_GONE = "De database is nu niet bereikbaar. Probeer het zo opnieuw; wat was opgeslagen, is er nog."
# A server that vanished without a word is noticed within half a minute.
_CONNECTING = {
    "connect_timeout": 10,  # an address where nobody answers
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}

_PRAGMAS = (
    f"PRAGMA busy_timeout = {_BUSY_MS}",
    # FULL: a commit is on the disk before it is reported. In WAL mode NORMAL would survive kill -9 as well,
    # but a power cut could take the last commits back, and then the log would be shorter than its anchor
    # file says: an honest loss that looks like tampering. It costs one fsync a commit.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # What was deleted is overwritten, not only unlinked: retention must really remove a text.
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -4096",  # KiB for each connection; behind it the system keeps the file at hand
    "PRAGMA journal_size_limit = 67108864",
)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, kept as ISO 8601 text that sorts by time, the same on both databases."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Text in UTC with microseconds; a moment without a time zone is refused."""
        return None if value is None else spell_moment(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """The moment that was stored."""
        return None if value is None else datetime.fromisoformat(value)


def spell_moment(moment: datetime) -> str:
    """The one spelling of a moment in the database: ISO 8601 in UTC with microseconds."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


# SQLite numbers rows itself only for INTEGER; on PostgreSQL the same column is a BIGINT.
KEY = BigInteger().with_variant(Integer(), "sqlite")


def new_metadata() -> MetaData:
    """Metadata with the one way in which constraints are named."""
    return MetaData(naming_convention=NAMING)


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)


def open_database(url: str | Path, revision: str = "head") -> Engine:
    """An engine on `url`, its schema brought to the newest version, or to `revision`.

    `url` is "sqlite:////folder/learninglion.db" or "postgresql://user@host/name", or the path of an SQLite
    file, in which every sign stands for itself. Raises InputError for a URL
    or server that cannot be used, ConflictError for a database written by a newer program.
    """
    engine = open_unchanged(url)
    with _refusals(engine):
        upgrade(engine, revision)
    return engine


def open_unchanged(url: str | Path) -> Engine:
    """An engine on `url` that does not touch its schema; nothing is asked yet. Raises InputError."""
    try:
        parsed = URL.create("sqlite", database=str(url)) if isinstance(url, Path) else make_url(url)
    except ArgumentError as error:
        raise InputError(f"Dit databaseadres is niet te lezen: {error}") from error
    engine = _open_sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _open_postgresql(parsed)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _refuse)
    return engine


@contextmanager
def _refusals(engine: Engine) -> Iterator[None]:
    """Say in a line what is wrong with the database that is opened, and let go of it."""
    shown = engine.url.set(drivername=engine.dialect.name).render_as_string(hide_password=True)
    try:
        yield
    except UnavailableError as error:
        engine.dispose()
        raise InputError(f"De database {shown} is niet te openen: {error.__cause__}") from error
    except OperationalError as error:
        engine.dispose()
        raise InputError(
            disk_trouble(error) or f"De database {shown} is niet te openen: {error.orig}"
        ) from error
    except DBAPIError as error:
        engine.dispose()
        raise IntegrityError(f"De database {shown} is beschadigd of geen database: {error.orig}") from error


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise InputError(
            "Een database in het geheugen gaat verloren: geef een bestand op, sqlite:////map/x.db"
        )
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Readable by its owner only; SQLite gives the files beside it (-wal, -shm) the same rights. Never an
        # existing file: closing it would drop the locks that SQLite holds on it elsewhere in this process.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise InputError(f"De database {path} is niet te openen: {error.strerror}") from error
    _use_wal(path)
    # SQLite lets a writer that must wait sleep and try again, which is slow and unfair; threads of one
    # process take turns here instead.
    engine = create_engine(
        url,
        connect_args={"timeout": _BUSY_MS / 1000, "check_same_thread": False},
        hide_parameters=True,  # an error goes to the server's log: without texts of people
        execution_options={_TURN: threading.Lock()},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _use_wal(path: Path) -> None:
    # The mode is kept in the file, so it is set once. SQLite does not wait when two processes switch a new
    # file at the same moment: one of them is told that it is locked. They take turns here.
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_MS / 1000, isolation_level=None)) as connection:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                with exclusive(path.with_name(path.name + "-lock"), "database openen", wait=None):
                    connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        raise InputError(disk_trouble(error) or f"De database {path} is niet te openen: {error}") from error
    except sqlite3.DatabaseError as error:
        raise IntegrityError(f"De database {path} is beschadigd of geen database: {error}") from error


def _open_postgresql(url: URL) -> Engine:
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise InputError(f"Alleen SQLite en PostgreSQL worden ondersteund, niet {url.get_backend_name()}.")
    # Same code path: one driver, and a dead connection is noticed before it is used.
    # Threads that want to write wait for one another before they take a connection, as with SQLite: who
    # writes may need a second one, and must not wait for those who wait.
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        connect_args={n: v for n, v in _CONNECTING.items() if n not in url.query},
        hide_parameters=True,
        pool_size=KEPT_CONNECTIONS,
        max_overflow=_MOST_CONNECTIONS,
        pool_use_lifo=True,  # a connection that was just used has what it looks in at hand
        execution_options={_TURN: threading.Lock()},
    )


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver's own transactions begin too late and too weak for one writer at a time: see _begin.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    write = bool(connection.get_execution_options().get(_WRITE))
    if connection.dialect.name == "sqlite":
        # IMMEDIATE takes the write lock at once: a read that later wants to write would fail, not wait.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
    elif write:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")


@contextmanager
def plain_cursor(connection: Connection) -> Iterator[Any]:
    """A cursor of the driver (psycopg) itself, in binary; a lost connection is told as everywhere."""
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor(binary=True) as cursor:
            yield cursor
    except Exception as error:
        if driver.closed:
            connection.invalidate()
            raise UnavailableError(_GONE) from error
        raise


def _refuse(context: ExceptionContext) -> None:
    """A value that no database has room for, such as a number of thirty digits, is wrong input everywhere.

    A PostgreSQL that went away is nobody's fault here: what it was asked can be asked again.
    """
    if context.dialect.name == "postgresql" and not context.is_pre_ping:
        connecting = context.connection is None and isinstance(context.sqlalchemy_exception, DBAPIError)
        if connecting or context.is_disconnect:
            raise UnavailableError(_GONE) from context.original_exception
    if isinstance(context.sqlalchemy_exception, DataError) or isinstance(
        context.original_exception, OverflowError | UnicodeEncodeError
    ):
        raise InputError(
            "Een getal is te groot, of er staat een teken in dat niet kan."
        ) from context.original_exception


def damage_of(engine: Engine) -> str:
    """The first thing that SQLite finds damaged when it reads its whole file; empty for nothing.

    PostgreSQL looks after its own pages, and says nothing here.
    """
    if engine.dialect.name != "sqlite":
        return ""
    try:
        with reading(engine) as connection:
            verdict = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
    except DBAPIError as error:
        return str(error.orig)
    return "" if verdict == "ok" else verdict


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write: alone, waiting for its turn; all of it is kept or nothing."""
    turn = engine.get_execution_options().get(_TURN) or nullcontext()
    with turn, engine.connect().execution_options(**{_WRITE: True}) as connection, connection.begin():
        if (fence := _FENCE.get()) is not None:
            fence(connection)
        yield connection


@contextmanager
def erasing(engine: Engine) -> Iterator[Connection]:
    """As `writing`, for what must be gone for good: afterwards the file holds nothing of it either."""
    with writing(engine) as connection:
        yield connection
    wipe_deleted(engine)


@contextmanager
def fenced(fence: Callable[[Connection], None]) -> Iterator[None]:
    """Every `writing` of this thread asks `fence` first, in its transaction; what that raises undoes it."""
    token = _FENCE.set(fence)
    try:
        yield
    finally:
        _FENCE.reset(token)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees the database as it was at its first statement."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to `revision`; safe when several processes start at once. Data are kept."""
    wanted = HEAD if revision == "head" else revision
    if schema_of(engine) == wanted:
        return
    from alembic import command  # loading Alembic takes longer than opening a database
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with engine.connect().execution_options(**{_WRITE: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATE_LOCK})")
        current = _read_revision(connection)
        if current is not None:
            try:
                ScriptDirectory.from_config(config).get_revision(current)
            except CommandError as error:
                raise ConflictError(
                    f"De database is van een nieuwere versie van LearningLion (schema {current}). "
                    "Werk LearningLion bij."
                ) from error
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def schema_of(engine: Engine) -> str | None:
    """The migration that this database is at; None where there is no table yet."""
    with engine.connect() as connection:
        return _read_revision(connection)


def _read_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def wipe_deleted(engine: Engine) -> None:
    """Empty SQLite's journal, which still holds what was deleted; nothing to do on PostgreSQL."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.rollback()
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
