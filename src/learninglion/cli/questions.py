"""Commands of the main job (search, ask, draft, verify, replay, export, history), and how results print."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import typer

from learninglion.cli.terminal import (
    advise,
    console,
    fail,
    local_actor,
    print_json,
    progress,
    read_json,
    read_text,
    workplace_here,
    write_page,
)
from learninglion.drafting.selection import Choice, read_choices
from learninglion.drafting.style import StyleReport
from learninglion.models import (
    Check,
    Context,
    Dossier,
    Filters,
    Hit,
    QuestionSet,
    Rejection,
    Selection,
    Span,
    StatementVerdict,
    SubQuestion,
    Verification,
    day_of,
)
from learninglion.models.errors import InputError
from learninglion.models.plain import to_fields, to_plain
from learninglion.record.contract import dossier_view, hit_view, read_stated_draft
from learninglion.record.export import WHOLE, ExportFormat
from learninglion.record.marking import mark_line
from learninglion.record.notes import STATE_WORDS, heading, listed, reasons_text, remarks_once, verdict_words
from learninglion.record.search_account import SearchAccount, account_markdown, account_view, place_of
from learninglion.search.asking import Material, Reply, Twin, Verdict, reply_view
from learninglion.workflow import Workplace, read_question_file, unfinished
from learninglion.workflow.asking import Turn

# The human step in a terminal: see what was found, tick what counts, say why the rest does not.

_HELP = "Nummers om te kiezen (1 3), -2 reden om af te wijzen, leeg = klaar met deze vraag"


def _choose_in_terminal(question: SubQuestion, hits: Sequence[Hit]) -> Choice:
    """Ask which sources count for this sub-question; what was listed counts as seen."""
    console.print(f"\nVraag {', '.join(map(str, question.numbers))}: {question.text}")
    _print_hits(hits)
    chosen: list[str] = []
    rejected: dict[str, str] = {}
    while hits:
        line = typer.prompt(_HELP, default="", show_default=False).strip()
        if not line:
            break
        if line.startswith("-"):
            number, _, reason = line[1:].strip().partition(" ")
            hit = _hit(hits, number)
            if hit is None or not reason.strip():
                console.print("Schrijf bijvoorbeeld: -2 gaat over een ander onderwerp")
                continue
            rejected[hit.source.id] = reason.strip()
            chosen = [c for c in chosen if c != hit.source.id]
            continue
        picked = [_hit(hits, part) for part in line.replace(",", " ").split()]
        for hit in picked:
            if hit is None:
                console.print(f"Kies uit 1 tot en met {len(hits)}.")
            elif hit.source.id not in chosen:
                chosen.append(hit.source.id)
                rejected.pop(hit.source.id, None)
        console.print(f"Gekozen: {len(chosen)}, afgewezen: {len(rejected)}")
    return Choice(
        question.numbers,
        tuple(chosen),
        tuple(Rejection(source, reason) for source, reason in rejected.items()),
        tuple(hit.source.id for hit in hits),
    )


def _hit(hits: Sequence[Hit], number: str) -> Hit | None:
    return hits[int(number) - 1] if number.isdigit() and 1 <= int(number) <= len(hits) else None


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.command()(search)
    app.command()(ask)
    app.command()(draft)
    app.command()(verify)
    app.command()(replay)
    app.command("export")(_export_dossier)
    app.command("verify-mark")(_verify_mark)
    app.command()(history)


def _day(text: str, option: str, *, last: bool = False) -> date | None:
    if not text:
        return None
    try:
        return day_of(text, last=last)
    except ValueError as error:
        raise typer.BadParameter(
            "schrijf een jaar (2018) of een dag (2018-05-31)", param_hint=option
        ) from error


def _filters(
    collection: list[str], since: str, until: str, ministry: list[str], minister: list[str], asker: list[str]
) -> Filters:
    filters = Filters(
        since=_day(since, "--since"),
        until=_day(until, "--until", last=True),
        ministries=tuple(ministry),
        answerers=tuple(minister),
        askers=tuple(asker),
        collections=tuple(collection),
    )
    if filters.ends_before_it_begins:
        raise typer.BadParameter("de periode eindigt voordat zij begint", param_hint="--until")
    return filters


_COLLECTION = typer.Option([], "--collection", help="Alleen deze verzameling (herhaalbaar).")
_DOCUMENT = typer.Option([], "--document", help="Alleen dit document (herhaalbaar).")
_SINCE = typer.Option("", "--since", help="Vanaf dit jaar of deze dag.")
_UNTIL = typer.Option("", "--until", help="Tot en met dit jaar of deze dag.")
_MINISTRY = typer.Option([], "--ministry", help="Alleen dit ministerie (herhaalbaar).")
_MINISTER = typer.Option([], "--minister", help="Deel van de naam van de bewindspersoon.")
_ASKER = typer.Option([], "--asker", help="Deel van de naam van het Kamerlid.")
_ACCOUNT = typer.Option(
    None, "--account", help="Schrijf ook een verslag van de zoekactie: naam.md of naam.json."
)
_THRESHOLD = typer.Option(None, "--threshold", min=0.0, max=1.0, help="Laagste score (0 tot 1).")


def _require_account_name(path: Path | None) -> None:
    if path is not None and path.suffix not in (".md", ".json"):
        raise typer.BadParameter("de naam eindigt op .md of .json", param_hint="--account")


def search(
    text: str = typer.Argument(..., help="De vraag of de zoekwoorden."),
    introduction: str = typer.Option("", "--introduction", help="De inleiding van de set, als context."),
    collection: list[str] = _COLLECTION,
    since: str = _SINCE,
    until: str = _UNTIL,
    ministry: list[str] = _MINISTRY,
    minister: list[str] = _MINISTER,
    asker: list[str] = _ASKER,
    document: list[str] = _DOCUMENT,
    limit: int = typer.Option(10, "--limit", min=1, max=1000, help="Hoeveel treffers."),
    threshold: float | None = _THRESHOLD,
    everything: bool = typer.Option(False, "--all", help="Ook wat onder de drempel ligt."),
    account: Path | None = _ACCOUNT,
    as_json: bool = typer.Option(
        False, "--json", help="Als JSON-lijst, met wat onder de drempel ligt erbij, zo gemerkt."
    ),
) -> None:
    """Is dit eerder gevraagd? Eerdere vragen met hun antwoord, onbewerkt."""
    if not text.strip():
        raise typer.BadParameter("de zoektekst is leeg", param_hint="TEXT")
    _require_account_name(account)
    filters = _filters(collection, since, until, ministry, minister, asker)
    with workplace_here() as workplace, progress() as shown:
        filters = replace(filters, documents=tuple(document))
        searching = workplace.searching
        usual = searching.threshold if threshold is None else threshold
        least = 0.0 if everything or (as_json and threshold is None) else usual
        below: list[Hit] = []
        hits = searching.search(
            text,
            introduction=introduction,
            filters=filters,
            limit=limit,
            threshold=least,
            actor=local_actor(),
            progress=shown,
            on_below=below.extend,
        )
        if account is not None:
            made = searching.account(
                text,
                [place_of(hit) for hit in hits],
                introduction=introduction,
                filters=filters,
                limit=limit,
                threshold=least,
                actor=local_actor(),
            )
            _write_account(account, made)
        if notice := searching.order_notice(hits):
            fail(f"let op: {notice}")
        if undated := searching.undated(filters, local_actor()):
            fail(f"let op: documenten zonder datum, die buiten de periode bleven: {undated}.")
        if as_json:
            locate = workplace.documents.regions
            print_json([{**hit_view(h, locate), "below_threshold": h.score < usual} for h in hits])
            return
        _print_hits(hits, searching.synonyms.added(text), threshold=usual)
        if below:
            console.print(f"\n{len(below)} onder de drempel van {usual:.0%}; --all toont ze ook.")


def draft(
    questions: Path | None = typer.Option(
        None, "--questions", help="De set: tekst, PDF of DOCX (- is standaardinvoer)."
    ),
    resume: str = typer.Option(
        "", "--resume", help="Nummer van een dossier waarvan het schrijven is afgebroken; schrijf dat af."
    ),
    select: str = typer.Option(
        "auto", "--select", help="auto, ask (kiezen in dit scherm) of een keuzebestand."
    ),
    context: Path | None = typer.Option(None, "--context", help="Lijn van het departement en nieuwsfeiten."),
    context_confirmed: bool = typer.Option(
        True, "--context-confirmed/--context-unconfirmed", help="De extra informatie mag gebruikt worden."
    ),
    generator: str = typer.Option("extractive", "--generator", help="extractive of llm."),
    collection: list[str] = _COLLECTION,
    since: str = _SINCE,
    until: str = _UNTIL,
    ministry: list[str] = _MINISTRY,
    minister: list[str] = _MINISTER,
    asker: list[str] = _ASKER,
    limit: int = typer.Option(
        10, "--limit", min=1, max=100, help="Hoeveel bronnen er per vraag worden aangeboden."
    ),
    threshold: float | None = _THRESHOLD,
    output: Path | None = typer.Option(None, "--output", help="Map voor de bestanden."),
    forms: list[ExportFormat] = typer.Option(
        list(WHOLE), "--format", help="Welke bestanden er in de map komen (herhaalbaar)."
    ),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Maak een tekstvoorstel per deelvraag, met bij elke zin de bron, en controleer het."""
    if generator not in ("extractive", "llm"):
        raise typer.BadParameter("kies extractive of llm", param_hint="--generator")
    if (questions is None) == (not resume):
        raise typer.BadParameter(
            "geef een set op, of met --resume een dossier (niet allebei)", param_hint="--questions"
        )
    filters = _filters(collection, since, until, ministry, minister, asker)
    with workplace_here() as workplace, progress() as shown:
        actor = local_actor()
        if questions is None:
            dossier = workplace.drafts.resume(resume, actor=actor, progress=shown)
        else:
            workplace.documents.require_known(filters, actor)
            question_set = read_question_file(questions)
            if context is not None:
                question_set = replace(question_set, context=read_context(context, context_confirmed))
            offers = workplace.searching.offer(
                question_set, filters=filters, limit=limit, actor=actor, progress=shown
            )
            _tell_of_order(workplace, question_set, offers)
            selections = _select(workplace, question_set, offers, select, threshold)
            dossier = workplace.drafts.draft(
                question_set, selections, generator=generator, actor=actor, progress=shown
            )
        for warning in dossier.question_set.warnings:
            fail(f"let op: {warning}")
        if output:
            for path in workplace.dossiers.write_exports(dossier.id, output, forms=forms, actor=actor):
                fail(f"geschreven: {path}")
        if as_json:
            print_json(dossier_view(dossier))
        else:
            print_dossier(dossier)
            _print_style(dossier.question_set, workplace.drafts.style_of(dossier))
    _require_finished(dossier)


def _tell_of_order(workplace: Workplace, question_set: QuestionSet, offers: Sequence[Sequence[Hit]]) -> None:
    """One line about the questions whose sources stand in another order than the settings ask for."""
    lines = [
        (q, notice)
        for q, hits in zip(question_set.questions, offers, strict=True)
        if (notice := workplace.searching.order_notice(hits))
    ]
    if lines:
        which = ", ".join(str(n) for question, _ in lines for n in question.numbers)
        fail(f"let op: vraag {which}: {lines[0][1]}")


def _select(
    workplace: Workplace,
    question_set: QuestionSet,
    offers: Sequence[Sequence[Hit]],
    how: str,
    threshold: float | None,
) -> tuple[Selection, ...]:
    if how == "auto":
        return workplace.drafts.select_automatically(question_set, offers, threshold=threshold)
    if how == "ask":
        offers_by_question = zip(question_set.questions, offers, strict=True)
        choices = tuple(_choose_in_terminal(question, hits) for question, hits in offers_by_question)
    else:
        choices = read_choices(read_json(Path(how)))
    return workplace.drafts.select(question_set, offers, choices, threshold=threshold, actor=local_actor())


def _require_finished(dossier: Dossier) -> None:
    """Exit status 1 with one message when the model left sub-questions unfinished."""
    left = unfinished(dossier)
    if not left:
        return
    which = ", ".join(str(n) for numbers, _ in left for n in numbers)
    why = " ".join(dict.fromkeys(reason for _, reason in left))
    fail(f"Niet af: vraag {which}. {why} Schrijf verder met: learninglion draft --resume {dossier.id}")
    raise typer.Exit(1)


def read_context(path: Path, confirmed: bool) -> Context:
    """JSON with "line" and "news", or plain text: then all of it is the department's line."""
    if path.suffix == ".json":
        data = read_json(path)
        if not isinstance(data, dict):
            raise InputError(f'{path}: een JSON-object met "line" en "news" werd verwacht')
        unknown = sorted(set(data) - {"line", "news", "confirmed"})
        if unknown:
            raise InputError(f"{path}: onbekend veld {unknown[0]!r}; bekend zijn line, news en confirmed")
        return Context(str(data.get("line") or ""), str(data.get("news") or ""), confirmed)
    return Context(line=read_text(path).strip(), confirmed=confirmed)


def verify(
    draft_file: Path = typer.Option(
        ..., "--draft", help="Een concept als JSON, ook door een mens geschreven."
    ),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Controleer van elke zin of de aangehaalde bron hem draagt."""
    stated = read_stated_draft(read_json(draft_file))
    with workplace_here() as workplace:
        dossier = workplace.drafts.verify(stated, actor=local_actor())
    if as_json:
        print_json(dossier_view(dossier, keep_order=True))
        return
    for verification in dossier.verifications:
        console.print(f"Vraag {', '.join(map(str, verification.draft.selection.question.numbers))}")
        for check in verification.checks:
            console.print(f"  [{_JUDGED[check.verdict]}] {check.statement.text}")
            for reason in check.reasons:
                console.print(f"      {reason}")
        for remark in verification.draft.left_out:
            console.print(f"  - {remark}")


_JUDGED = {
    StatementVerdict.SUPPORTED: "klopt met de bron",
    StatementVerdict.UNSUPPORTED: "NIET gedragen door de bron",
    StatementVerdict.UNCITED: "ZONDER bron",
}


def replay(
    dossier: str = typer.Argument(..., help="Het nummer van het dossier, of een geëxporteerd JSON-bestand."),
) -> None:
    """Maak een opgeslagen concept opnieuw en vergelijk het met wat er toen uitkwam."""
    with workplace_here() as workplace:
        path = Path(dossier)
        dossier_id = dossier
        if path.suffix == ".json":
            data = read_json(path)
            if not isinstance(data, dict) or not isinstance(data.get("id"), str):
                raise InputError(f"{path}: dit is geen geëxporteerd dossier")
            dossier_id = data["id"]
        report = workplace.drafts.replay(dossier_id, actor=local_actor())
    for setting in report.settings:
        advise(f"{report.dossier_id}: {setting}")
    if report.same:
        console.print(f"{report.dossier_id}: hetzelfde resultaat.")
        return
    for difference in report.differences:
        fail(f"{report.dossier_id}: {difference}")
    raise typer.Exit(1)


def _export_dossier(
    dossier: str = typer.Argument(..., help="Het nummer van het dossier."),
    form: ExportFormat = typer.Option(
        ExportFormat.DOCX,
        "--format",
        help="In welke vorm: docx is de brief met verantwoording erachter, letter alleen de brief, "
        "letter-clean zonder noten, letter-changes met wijzigingen en opmerkingen, annex de verantwoording.",
    ),
    output: Path = typer.Option(..., "--output", help="Het bestand, of een map."),
) -> None:
    """Schrijf een dossier naar een bestand, met bronnen en AI-markering."""
    with workplace_here() as workplace:
        written = workplace.dossiers.write_export(dossier, form, output, actor=local_actor())
        unanswered = workplace.dossiers.load(dossier, local_actor()).unanswered
    if unanswered:
        advise(f"Er is nog geen antwoord op vraag {listed(unanswered)}; daar staat een plek om in te vullen.")
    console.print(f"Geschreven: {written}")


def _verify_mark(
    file: Path = typer.Argument(..., help="Een uitgevoerd bestand; het herkomstbestand staat ernaast."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Controleer of een bestand gemerkt is als AI-tekst, hier vandaan komt en niet is veranderd."""
    with workplace_here() as workplace:
        report = workplace.dossiers.check_mark(file)
    if as_json:
        print_json({"ok": not report.problems, "report": to_plain(report)})
    for problem in report.problems:
        fail(problem)
    if report.problems:
        raise typer.Exit(1)
    if not as_json:
        console.print(f"In orde: {file} is gemerkt, getekend en onveranderd (dossier {report.dossier}).")


def history(as_json: bool = typer.Option(False, "--json", help="Als JSON.")) -> None:
    """Alle dossiers, het nieuwste eerst."""
    with workplace_here() as workplace:
        for entry in workplace.dossiers.list(local_actor()):
            if as_json:
                print_json(to_fields(entry, "id", "title", "version", "state"))
            else:
                console.print(f"{entry.id}  v{entry.version}  {STATE_WORDS[entry.state]}  {entry.title}")


def _write_account(path: Path, made: SearchAccount) -> None:
    """The account of a search as a file, in the form that its name asks for."""
    as_json = json.dumps(account_view(made), ensure_ascii=False, indent=1) + "\n"
    write_page(path, as_json if path.suffix == ".json" else account_markdown(made))


# Results as a person reads them in a terminal.

_WIDTH = 100


def _block(text: str, indent: str = "   ", first: str | None = None) -> str:
    flat = " ".join(text.split())
    return textwrap.fill(flat, _WIDTH, initial_indent=first or indent, subsequent_indent=indent)


def _marked(text: str, spans: Sequence[Span], start: int) -> str:
    """`text`, which begins at `start`, with >> and << around what matched: not everybody sees colour."""
    made, at = [], 0
    for span in sorted(spans):
        begin, end = span.start - start, span.end - start
        if at <= begin < end <= len(text):
            made += [text[at:begin], f">> {text[begin:end]} <<"]
            at = end
    return "".join([*made, text[at:]])


def _print_hits(hits: Sequence[Hit], also: Sequence[str] = (), threshold: float = 0.0) -> None:
    """Hits with their question and answer, what matched between >> <<; `also`: synonyms searched for.

    Each below `threshold` says so.
    """
    if also:
        console.print(f"Ook gezocht op: {', '.join(also)}")
    if not hits:
        console.print("Niets gevonden.")
    for hit in hits:
        source = hit.source
        numbers = ", ".join(map(str, source.numbers))
        what = f"vraag {numbers}" if numbers else _headed(source.heading_path) or "tekst"
        console.print(f"\n{hit.rank}. {source.document.title} ({source.document.id}, {what})")
        who = "; ".join(f"{a.role} {a.name or ''}".strip() for a in source.document.answerers[:1])
        low = " (onder de drempel)" if hit.score < threshold else ""
        details = (
            f"score {hit.score:.2f}{low}",
            str(source.document.date or ""),
            who,
            source.document.ministry,
        )
        console.print("   " + " | ".join(d for d in details if d))
        if source.question:
            start = source.question_span.start if source.question_span else 0
            console.print(_block(_marked(source.question, hit.matched, start), "   ", "   Vraag: "))
        body = _marked(source.body, hit.matched, source.body_span.start)
        console.print(_block(body or "(geen antwoord)", "   ", "   Antwoord: " if source.question else "   "))
        if hit.matched_words:
            meant = {s.word: f"{s.word} (synoniem van {s.asked})" for s in hit.through_synonyms}
            words = ", ".join(meant.get(word, word) for word in hit.matched_words[:12])
            console.print(f"   Gevonden op: {words}")
        else:
            console.print("   Gevonden op betekenis; er zijn geen woorden hetzelfde.")
        if hit.duplicates:
            console.print(f"   Bijna hetzelfde antwoord: {', '.join(hit.duplicates)}")
        if source.document.url:
            console.print(f"   {source.document.url}")


def _headed(headings: Sequence[str]) -> str:
    """Headings on one line; that of a message is all of its head."""
    return " > ".join(textwrap.shorten(heading, _WIDTH, placeholder="…") for heading in headings)


_RELATED = 2  # passages that are related, shown where there is no draft


def print_dossier(dossier: Dossier) -> None:
    """A draft with its sources, what is missing and what was set apart."""
    console.print(f"\n{dossier.question_set.title or 'Tekstvoorstel'}")
    if mark := mark_line(dossier):
        console.print(_block(mark, "  "))
    remarks = remarks_once(dossier.verifications)
    for verification, own_remarks in zip(dossier.verifications, remarks, strict=True):
        _print_question(verification, own_remarks)
    console.print(f"\nDossier {dossier.id}, versie {dossier.version}")


def _print_question(verification: Verification, remarks: Sequence[str]) -> None:
    selection = verification.draft.selection
    console.print(f"\n{heading(verification)}")
    console.print(_block(selection.question.text, "  "))
    who = "de machine" if selection.chosen_by.value == "machine" else selection.selected_by
    console.print(
        f"  [{len(selection.offered)} bronnen gevonden, {len(selection.chosen)} gekozen door {who}]"
    )
    own = verification.own
    for check in verification.standing:
        _print_statement(check)
        if check in own:
            console.print(_block(check.statement.own_account, "      ", "      eigen tekst, grondslag: "))
    if words := verdict_words(verification):
        console.print(f"  {words}")
    for aspect in verification.left_open:
        console.print(_block(aspect, "    ", "  - ontbreekt: "))
    if proposal := verification.draft.proposal:
        console.print(_block(proposal, "    ", "  - voorstel om te bevestigen: "))
    if not verification.shown:
        related = verification.draft.related
        what = "verwant, geen antwoord" if related else "komt er het dichtst bij"
        for citation in (related or verification.draft.material)[:_RELATED]:
            passage = f"{citation.reference or citation.document}: “{citation.quote}”"
            console.print(_block(passage, "    ", f"  - {what}: "))
    for check in verification.failed:
        text = f"{check.statement.text} ({reasons_text(check)})"
        console.print(_block(text, "    ", "  - niet overgenomen: "))
    for remark in remarks:
        console.print(_block(remark, "    ", "  - "))


def _print_statement(check: Check) -> None:
    console.print(_block(check.statement.text, "  "))
    for citation in check.statement.citations:
        where = f", p. {citation.page}" if citation.page else ""
        console.print(f"      [{citation.reference or citation.document}{where}]")


def _print_style(question_set: QuestionSet, reports: Sequence[StyleReport]) -> None:
    """Length and reading level per sub-question, and what to explain or say more plainly."""
    console.print("\nLengte en leesbaarheid")
    for question, report in zip(question_set.questions, reports, strict=True):
        if not report.words:
            continue
        numbers = ", ".join(map(str, question.numbers))
        score = report.flesch_douma
        level = "" if score is None else f", Flesch-Douma {score:.0f} ({report.level})"
        console.print(f"  Vraag {numbers}: {report.words} woorden{level}")
        for remark in report.remarks:
            console.print(_block(remark, "      ", "    - "))


# Questions to one's own documents.


def ask(
    question: str = typer.Argument(..., help="De vraag."),
    collection: list[str] = _COLLECTION,
    document: list[str] = _DOCUMENT,
    after: str = typer.Option("", "--after", help="De vraag waarop deze doorvraagt."),
    account: Path | None = _ACCOUNT,
    keep: bool = typer.Option(False, "--keep", help="Bewaar vraag en antwoord als dossier."),
    generator: str = typer.Option(
        "extractive", "--generator", help="extractive: zinnen overnemen; llm: het taalmodel schrijft."
    ),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Stel een vraag aan uw eigen documenten: de passage die antwoord geeft, of dat het er niet in staat."""
    if not question.strip():
        raise typer.BadParameter("de vraag is leeg", param_hint="QUESTION")
    _require_account_name(account)
    if generator not in ("extractive", "llm"):
        raise typer.BadParameter("kies extractive of llm", param_hint="--generator")
    filters = Filters(collections=tuple(collection), documents=tuple(document))
    with workplace_here() as workplace, progress() as shown:
        workplace.documents.require_known(filters, local_actor())
        reply = workplace.asking.ask(
            question, after=after, filters=filters, actor=local_actor(), progress=shown
        )
        reply_shown = reply_view(reply, workplace.documents.regions)
        if account is not None:
            made = workplace.conversations.account(reply, filters=filters, actor=local_actor())
            _write_account(account, made)
        dossier = None
        if keep or generator == "llm":
            before = (Turn(after),) if after.strip() else ()
            turns = (*before, Turn(question, after))
            dossier = workplace.conversations.keep(turns, filters=filters, actor=local_actor())
            if generator == "llm":
                dossier = workplace.conversations.write(dossier.id, actor=local_actor(), progress=shown)
        if as_json:
            print_json(reply_shown if dossier is None else {**reply_shown, "dossier": dossier_view(dossier)})
            return
        _print_reply(reply)
        if dossier is not None:
            for check in dossier.verifications[-1].shown if generator == "llm" else ():
                console.print(_block(f"{check.statement.text} [{check.statement.citations[0].reference}]"))
            console.print(f"Bewaard als {dossier.id}.")


_VERDICT_TEXTS = {
    Verdict.ANSWERED: "",
    Verdict.RELATED: "Misschien staat het antwoord hier: kijk het zelf na.",
    Verdict.ABSENT: "Dit staat er niet in.",
}


def _print_reply(reply: Reply) -> None:
    if reply.taken_over is not None:
        console.print(f"(Overgenomen van de vorige vraag: {', '.join(reply.taken_over.words)})")
    if verdict_text := _VERDICT_TEXTS[reply.verdict]:
        console.print(verdict_text)
    if disagreement := reply.disagreement:
        console.print(disagreement)
    if reply.unclear:
        console.print("In de vraag staat niet welk document u bedoelt; dit zegt elk ervan.")
    if reply.not_told:
        console.print(f"Hier staat niets over: {', '.join(reply.not_told)}.")
    first = next(iter((*reply.answers, *reply.near)), None)
    if first is not None and first.english != reply.english:
        ours, theirs = ("Engels", "Nederlands") if reply.english else ("Nederlands", "Engels")
        console.print(f"De vraag is in het {ours}, de gevonden tekst in het {theirs}.")
    for material in reply.answers:
        _print_material(material)
    if reply.left_out:
        console.print(f"\nEr zijn nog {reply.left_out} wijzigingen; vraag naar een onderwerp.")
    if reply.near:
        console.print("\nOok in de buurt:" if reply.answers else "\nIn de buurt:")
        for material in reply.near:
            _print_material(material, short=True)
    console.print(f"\nGezocht in {reply.passages} stukken tekst uit {reply.documents} documenten.")


def _print_material(material: Material, *, short: bool = False) -> None:
    console.print(f"\n{_place(material)}")
    if material.summary:
        console.print(_block(material.summary))
    if material.value is not None:
        value = material.value
        called = ", ".join(part for part in (value.row, value.column) if part)
        console.print(_block(f"{value.text} {value.unit} ({called})"))
    if material.heads:
        console.print(_block(material.heads))
    if short or not material.text:
        console.print(_block(material.quote))
    else:
        console.print(_block(_marked(material.text, [material.quote_span], material.span.start)))
    if material.twins:
        console.print("   Hetzelfde staat in:")
        for twin in material.twins:
            console.print(f"   - {_place(twin)}")


def _place(passage: Material | Twin) -> str:
    where = [passage.document.title or passage.document.id]
    where += [_headed(passage.heading_path[-1:])] if passage.heading_path else []
    where += [f"p. {passage.page}"] if passage.page else []
    where += [str(passage.document.date)] if passage.document.date else []
    return " | ".join((*where, passage.document.collection))
