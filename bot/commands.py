"""What the `debrief` command does. Prints for people; an OperatorError ends it with exit code 1 and no traceback."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from bot import app
from bot.care.score import labelled
from bot.care.score import table as score_table
from bot.care.triage import triage as read_sign
from bot.errors import OperatorError
from bot.flows.graph import mermaid, pages
from bot.settings import Settings, open_vault, read
from bot.starting import start
from bot.storage.vault import new_key

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Debrief: for the moment when your partner did not back you up.",
)
ROOT = Path(__file__).parent.parent
PLAYS, DRAWINGS = ROOT / "tests" / "plays", ROOT / "docs" / "flows"


@contextmanager
def _faults_said() -> Iterator[None]:
    try:
        yield
    except OperatorError as error:
        for fault in error.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(1) from None


@cli.command()
def run(
    only: Annotated[
        str, typer.Option(help="One of several processes on PostgreSQL: slack, discord, web, or worker.")
    ] = "",
) -> None:
    """Run Debrief on every platform that is set up, or the playground page if none is."""
    raise typer.Exit(start(only))


@cli.command()
def check() -> None:
    """Check content/: form, meaning, words; then act out every play and name each step that none walks."""
    from bot import reading  # noqa: PLC0415  no start needs them
    from bot.flows import grade, load  # noqa: PLC0415  no start needs them
    from bot.rehearsal import rehearse_all  # noqa: PLC0415

    with _faults_said():
        content = app.load_content()
        texts = app.content_texts()
        documents = load.documents(texts)
        hard = [str(fault) for fault in grade.faults(documents)]
        hard += reading.faults_of_translations(texts, app.signatures(), datetime.now(UTC).date())
        plays = {path.relative_to(PLAYS).as_posix(): path.read_text("utf-8") for path in sorted(PLAYS.rglob("*.yaml"))}
        report = rehearse_all(content, plays)
        if faults := [*hard, *report.faults]:
            raise OperatorError(*faults)
    languages = ", ".join(("en", *content.translations))
    typer.echo(
        f"content is sound: {len(content.flows)} flows, {len(content.steps)} steps, {report.plays} plays, "
        f"0 of {len(documents.ideas.ideas)} ideas uncovered; spoken in {languages}"
    )


@cli.command()
def messages() -> None:
    """Bring each translation up to the content: what is new is added, to be filled in; what is gone is taken out."""
    from bot import reading  # noqa: PLC0415  no start needs it
    from bot.flows import translation  # noqa: PLC0415

    with _faults_said():
        texts = app.content_texts()
        wanted = reading.messages(texts, app.signatures(), datetime.now(UTC).date())
    for language, path in translation.languages(texts).items():
        (app.CONTENT / path).write_text(translation.updated(texts[path], language, wanted), "utf-8")
        typer.echo(f"content/{path}: {len(wanted)} texts")


@cli.command()
def graph(
    flow: Annotated[str, typer.Argument(help="One flow; without it, every one is drawn into FOLDER.")] = "",
    folder: Annotated[Path, typer.Option(help="Where the drawings of all flows stand.")] = DRAWINGS,
) -> None:
    """Draw flows as Mermaid: one to standard output, or all of them as pages that show the picture."""
    with _faults_said():
        flows = app.load_content().flows
        if flow and flow not in flows:
            raise OperatorError(f"No flow is called {flow!r}; there are: {', '.join(sorted(flows))}")
    if flow:
        typer.echo(mermaid(flows[flow]))
        return
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages(flows)
    for stale in {path.name for path in folder.glob("*.md")} - wanted.keys():
        (folder / stale).unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, "utf-8")
    typer.echo(f"{len(flows)} flows drawn in {folder}")


@cli.command()
def triage(
    files: Annotated[
        list[typer.FileText],
        typer.Argument(
            metavar="FILE...", help="One text a line; - for standard input.", encoding="utf-8", errors="replace"
        ),
    ],
    table: Annotated[
        bool, typer.Option("--table", help="The lines are `label<TAB>text`: print how many are read right.")
    ] = False,
) -> None:
    """Print `label<TAB>text` for each line of FILE."""
    with _faults_said():
        lexicon = app.load_content().lexicon
        if table:
            sets = {Path(file.name).stem: labelled(file, file.name) for file in files}
            typer.echo("\n".join(score_table(sets, lexicon)))
            return
    for line in chain.from_iterable(files):
        text = line.rstrip("\r\n")
        typer.echo(f"{read_sign(lexicon, text).value}\t{text}")


@cli.command()
def migrate() -> None:
    """Bring the database to this version's schema. Safe to run twice, and from two places at once."""
    with _faults_said():
        settings = read(Settings)
        open_vault(settings)
        database, _ = app.open_database(settings)
        before, after = asyncio.run(database.migrate())
    typer.echo(f"schema {after}: nothing to do" if before == after else f"schema {before or 'none'} -> {after}")


@cli.command()
def move(
    source: Annotated[str, typer.Argument(metavar="FROM", help="sqlite:///data/debrief.db")],
    target: Annotated[str, typer.Argument(metavar="TO", help="postgresql://user:password@host/database")],
) -> None:
    """Carry everything over from SQLite to PostgreSQL. Interrupted, it goes on when it is run again."""
    from bot.moving import carry  # noqa: PLC0415  PostgreSQL's side is loaded for this alone

    with _faults_said():
        typer.echo("\n".join(asyncio.run(carry(source, target))))


@cli.command()
def doctor(
    new_key_wanted: Annotated[bool, typer.Option("--new-key", help="Print a fresh secret key, and stop.")] = False,
) -> None:
    """Look at everything that Debrief needs, and say how to mend what is not well."""
    if new_key_wanted:
        typer.echo(new_key())
        return
    from bot.doctor import examine  # noqa: PLC0415  no start needs it

    findings = asyncio.run(examine())
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.ok else 'MEND'}  {finding.what}")
        if finding.mend:
            typer.echo(f"      {finding.mend}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
