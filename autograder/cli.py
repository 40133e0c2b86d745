"""The command line. `--help` answers at once: heavy imports happen inside the commands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from autograder.errors import AutograderError, SettingsError
from autograder.exercise import Course, Unit
from autograder.messages import Language, chosen_language, visible_name
from autograder.reports.formats import Format

if TYPE_CHECKING:
    from autograder.doctor import Finding

app = typer.Typer(
    help="文章生成コースの自動採点 / Autograded course on text generation.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

CourseOption = Annotated[
    Optional[Path],
    typer.Option("--course", help="Folder `solutions/` of the course (default: the nearest one above)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write the result as JSON to standard output.")]


class NotebookLanguage(str, Enum):
    """In which a notebook is written."""

    ja = "ja"
    en = "en"


# Package → the extra that installs it.
_EXTRA_OF = {
    "jinja2": "grading",
    "scipy": "grading",
    "yaml": "grading",
    "nbgrader": "nbgrader",
    "nbconvert": "nbgrader",
    "nbformat": "nbgrader",
    "traitlets": "nbgrader",
    "distributed": "grading,cluster",
    "dask_jobqueue": "grading,cluster",
}


@contextmanager
def _errors_as_exit_codes() -> Iterator[None]:
    """Our own errors end the command with their sentence and exit status 2; an interrupt with 130."""
    try:
        yield
    except AutograderError as error:
        typer.echo(error.message.text(_language()), err=True)
        raise typer.Exit(2) from error
    except ModuleNotFoundError as error:
        extra = _EXTRA_OF.get(error.name or "")
        if extra is None:
            raise
        typer.echo(
            f'{error.name} がありません。`pip install "textgen-autograder[{extra}]"` で必要な部品を入れてください。\n'
            f'{error.name} is missing. Install what this needs: pip install "textgen-autograder[{extra}]"',
            err=True,
        )
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _language() -> Language:
    try:
        return chosen_language()
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def _course(folder: Path | None) -> Course:
    from autograder.course import find_course_root, read_course

    return read_course(folder.resolve() if folder else find_course_root(Path.cwd()))


def _unit(course: Course, name: str) -> Unit:
    for unit in course.units:
        if unit.id == name:
            return unit
    known = ", ".join(unit.id for unit in course.units)
    raise SettingsError(
        ja=f"--unit {name}: この単元はありません。次のどれかを指定してください: {known}",
        en=f"--unit {name}: no such unit. Choose one of: {known}",
    )


@app.command()
def build(
    out: Annotated[
        Optional[Path], typer.Option(help="Where to write (default: `assignments/` beside `solutions/`).")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Write the assignment sets from `solutions/`.

    Example: autograder build
    """
    from autograder.build import plan_assignments, write_assignments

    with _errors_as_exit_codes():
        read = _course(course)
        target = out or read.root.parent / "assignments"
        written = write_assignments(plan_assignments(read), target)
        typer.echo(f"{target}: {len(written)} files written")


@app.command()
def grade(
    submissions: Annotated[Path, typer.Argument(help="Folder with one folder, .zip, .py or .ipynb per student.")],
    unit: Annotated[str, typer.Option(help="The unit to grade, e.g. u02_sampling.")],
    out: Annotated[Path, typer.Option(help="Where to write reports; an existing run goes on here.")],
    course: CourseOption = None,
    model: Annotated[str, typer.Option(help="Model under test: embedded name, folder or hub id.")] = "tiny-chat",
    device: Annotated[str, typer.Option(help="Where the trusted side computes, e.g. cpu.")] = "cpu",
    cpu_limit: Annotated[int, typer.Option(min=1, help="CPU seconds that one check may take.")] = 20,
    memory_limit: Annotated[int, typer.Option(min=64, help="MiB that one check may allocate.")] = 1024,
    jobs: Annotated[
        Optional[int],
        typer.Option(min=1, help="Submissions graded at the same time (default: one for each core, as memory allows)."),
    ] = None,
    cluster: Annotated[
        Optional[str], typer.Option(help="Grade on the workers of this Dask scheduler, e.g. tcp://head:8786.")
    ] = None,
    slurm: Annotated[
        Optional[Path], typer.Option(help="Grade on workers that Slurm starts: a YAML file, see docs/scale.md.")
    ] = None,
    unsafe_no_jail: Annotated[
        bool,
        typer.Option("--unsafe-no-jail", help="Run submissions unconfined. Only for code that you wrote yourself."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Grade again what is graded already.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Grade a class. Exit status 1 if a submission needs a person.

    Example: autograder grade submissions --unit u02_sampling --out results
    """
    from autograder.classroom import grade_folder
    from autograder.grading.cluster import ClusterPool
    from autograder.grading.engine import Settings
    from autograder.grading.pool import GraderPool, default_jobs
    from autograder.jail.pool import Limits

    with _errors_as_exit_codes():
        limits = Limits(cpu_s=cpu_limit, wall_s=4.0 * cpu_limit + 10, memory_mib=memory_limit)
        settings = Settings(model=model, device=device, limits=limits, unsafe_no_jail=unsafe_no_jail)
        read = _course(course)
        chosen = _unit(read, unit)
        n_jobs = jobs or default_jobs(settings)
        pool: ClusterPool | GraderPool | None = GraderPool(settings, n_jobs) if n_jobs > 1 else None
        if cluster or slurm:
            if cluster and slurm:
                raise SettingsError(
                    ja="--cluster と --slurm は、どちらか 1 つを指定してください。",
                    en="--cluster and --slurm: give one of the two.",
                )
            pool = ClusterPool(settings, read.root, address=cluster, slurm=slurm)
        with pool or nullcontext() as grader, _progress() as progress:
            summary = grade_folder(submissions, chosen, out, settings, force=force, progress=progress, grader=grader)
        if as_json:
            typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
        else:
            _show_class(summary, out)
        if any(student["needs_person"] for student in summary["students"]):
            raise typer.Exit(1)


@contextmanager
def _progress(what: str = "採点 / grading") -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def show(name: str, n_finished: int, n_all: int) -> None:
            bar.update(task, description=f"{what} {visible_name(name)[:32]}", completed=n_finished, total=n_all)

        yield show


def _show_class(summary: dict[str, object], out: Path) -> None:
    from rich.console import Console

    from autograder.reports.terminal import class_table

    Console().print(class_table(summary, _language()))
    typer.echo(f"{out / 'index.html'}")


@app.command()
def audit(
    exercises: Annotated[
        Optional[list[str]], typer.Argument(help="Ids of exercises, e.g. sampling/top_p (default: the whole course).")
    ] = None,
    course: CourseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove the course before it ships; exit status 1 with a list of what is wrong.

    Example: autograder audit sampling/top_p
    """
    from autograder.audit import audit_course

    with _errors_as_exit_codes():
        with _progress("監査 / audit") as progress:
            problems = audit_course(_course(course), progress, only=exercises or ())
        if as_json:
            typer.echo(json.dumps([{"ja": one.ja, "en": one.en} for one in problems], ensure_ascii=False, indent=2))
        for problem in problems if not as_json else ():
            typer.echo(problem.text(_language()))
        if problems:
            raise typer.Exit(1)
        if not as_json:
            typer.echo("監査に合格しました / The audit found nothing wrong.")


@app.command()
def mutants(
    exercises: Annotated[
        Optional[list[str]], typer.Argument(help="Ids of exercises, e.g. sampling/top_p (default: the whole course).")
    ] = None,
    course: CourseOption = None,
    out: Annotated[
        Optional[Path], typer.Option(help="Where the record is kept (default: `docs/` beside `solutions/`).")
    ] = None,
    diagnose: Annotated[
        bool, typer.Option("--diagnose", help="Measure instead how rightly mutants and `tests/wrong` are explained.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Run again what is up to date.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Change each reference in many small ways; exit status 1 if the hidden checks let one pass.

    Example: autograder mutants sampling/top_p
    """
    from autograder.mutants import hunt_course, measure_course

    with _errors_as_exit_codes():
        read = _course(course)
        docs, wrong = out or read.root.parent / "docs", read.root.parent / "tests" / "wrong"
        chosen = exercises or ()
        with _progress("ミュータント / mutants") as progress:
            if diagnose:
                found = measure_course(read, docs, wrong, progress, only=chosen, force=force)
            else:
                hunted = hunt_course(read, docs, progress, only=chosen, force=force, log=_warn)
                found = {name: asdict(one) for name, one in hunted.items()}
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        bad = ("audit", "wrong", "missed") if diagnose else ("surviving", "faulty")
        for name, one in found.items() if not as_json else ():
            _show_found(name, one, bad)
        if any(one[key] for one in found.values() for key in bad):
            raise typer.Exit(1)


def _show_found(name: str, found: dict[str, Any], bad: tuple[str, ...]) -> None:
    """One line of counts, then a line for each thing that is wrong."""
    typer.echo(f"{name}: " + ", ".join(f"{key} {value}" for key, value in found.items() if isinstance(value, int)))
    for key in bad:
        for one in found[key]:
            typer.echo(f"  {key}: {one}")


def _warn(text: str) -> None:
    typer.echo(text, err=True)


@app.command()
def power(
    exercises: Annotated[
        Optional[list[str]], typer.Argument(help="Ids of exercises (default: all that judge by chance).")
    ] = None,
    bounds: Annotated[
        bool, typer.Option("--bounds", help="Instead, count how many correct submissions fail (minutes).")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Measure what the statistical checks detect; writes docs/power.json and docs/power.md beside `solutions/`.

    Example: autograder power sampling/top_p_sweep
    """
    from autograder.audit.course import chosen_exercises
    from autograder.grading.engine import Settings, load_models
    from autograder.power.findings import audit_power, figures_file
    from autograder.power.measuring import measure_bounds, measure_course

    with _errors_as_exit_codes():
        read = _course(course)
        every = [exercise for unit in read.units for exercise in unit.exercises]
        chosen = chosen_exercises(every, exercises) if exercises else every
        models = load_models(Settings())
        with _progress("検出力 / power") as progress:
            if bounds:
                measure_bounds(read, models, progress)
            else:
                measure_course(read, chosen, models, progress)
        typer.echo(f"{figures_file(read)}")
        problems = [] if bounds else audit_power(read, only=exercises or ())
        for problem in problems:
            typer.echo(problem.text(_language()))
        if problems:
            raise typer.Exit(1)


@app.command()
def convert(
    file: Annotated[Path, typer.Argument(help="An answer in an assignment folder: a notebook, a .py or an .md.")],
    to: Annotated[Optional[Path], typer.Option("--to", help="The file to write (default: the one beside it).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an answer that is there already.")] = False,
) -> None:
    """Move an answer from a notebook to a .py (or .md) file, or from such a file into the notebook.

    Example: autograder convert top_p.py --to top_p.ja.ipynb
    """
    from autograder.convert import convert_answer

    with _errors_as_exit_codes():
        typer.echo(f"{convert_answer(file, to, force=force)}")


@app.command()
def export(
    results: Annotated[Path, typer.Argument(help="The folder that `autograder grade` wrote.")],
    to: Annotated[Format, typer.Option("--to", help="What to write.")],
    out: Annotated[
        Optional[Path], typer.Option(help="The file; for gradescope and junit the folder (default: in RESULTS).")
    ] = None,
    worksheet: Annotated[
        Optional[Path], typer.Option(help="With moodle: the grading worksheet that Moodle exported, to be filled in.")
    ] = None,
    title: Annotated[str, typer.Option(help="The name of the column, e.g. Canvas's `Unit 2 (1234)`.")] = "",
    checks_only: Annotated[bool, typer.Option("--checks-only", help="Leave out what a person marks.")] = False,
) -> None:
    """Write marks for Moodle, Canvas, Gradescope, JUnit or a spreadsheet. Exit status 1 if a student is left out.

    Example: autograder export results --to moodle
    """
    from autograder.reports.exports.write import export_results

    with _errors_as_exit_codes():
        written, missing = export_results(results, to, out, worksheet=worksheet, title=title, checks_only=checks_only)
        for path in written:
            typer.echo(f"{path}")
        _show_missing(missing)


def _show_missing(students: list[str]) -> None:
    if students:
        names = ", ".join(map(visible_name, students))
        typer.echo(
            f"まだ点の決まらない、または相手の名簿にない学生は入れていません: {names}\n"
            f"left out, since a mark is still open or the other side does not list them: {names}",
            err=True,
        )
        raise typer.Exit(1)


nbgrader = typer.Typer(help="nbgrader で採点する / Grade through nbgrader.", no_args_is_help=True)
app.add_typer(nbgrader, name="nbgrader")
CourseFolder = Annotated[Path, typer.Argument(help="nbgrader's course folder.")]


@nbgrader.command("init")
def nbgrader_init(
    folder: Annotated[Path, typer.Argument(help="The course folder to make, apart from `solutions/`.")],
    unit: Annotated[Optional[list[str]], typer.Option(help="Units to put in (default: all); may be repeated.")] = None,
    language: Annotated[NotebookLanguage, typer.Option(help="The language of the notebooks.")] = NotebookLanguage.ja,
    exchange: Annotated[Optional[Path], typer.Option(help="nbgrader's exchange folder, if not its default.")] = None,
    course: CourseOption = None,
) -> None:
    """Make a course folder in which nbgrader's own commands work; again, to bring its sources up to date.

    Example: autograder nbgrader init course --language ja
    """
    from autograder.nbgrader.course_folder import write_course_folder

    with _errors_as_exit_codes():
        read = _course(course)
        units = [_unit(read, name) for name in unit] if unit else list(read.units)
        written = write_course_folder(read, folder, units, language=language.value, exchange=exchange)
        typer.echo(f"{folder}: {len(written)} files written")


@nbgrader.command("intake")
def nbgrader_intake(
    folder: CourseFolder,
    unit: Annotated[str, typer.Argument(help="The assignment, e.g. u02_sampling.")],
    student: Annotated[str, typer.Option(help="Only this student.")] = "*",
) -> None:
    """Make submissions fit for `nbgrader autograde`: names, links, ids, timestamps. Exit status 1 if one is refused.

    Example: autograder nbgrader intake course u02_sampling
    """
    from autograder.nbgrader.intake import take_in

    with _errors_as_exit_codes():
        findings = take_in(folder, unit, student)
        for finding in findings:
            typer.echo(f"{visible_name(finding.student)}: {finding.message.text(_language())}")
        if any(finding.refused for finding in findings):
            raise typer.Exit(1)


@nbgrader.command("regrade")
def nbgrader_regrade(
    folder: CourseFolder,
    unit: Annotated[str, typer.Argument(help="The assignment, e.g. u02_sampling.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say who would gain and who would lose.")] = False,
    allow_lower: Annotated[bool, typer.Option("--allow-lower", help="Lower marks, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Grade again after a check changed. No mark of an unchanged answer is lowered, unless told to.

    Example: autograder nbgrader regrade course u02_sampling --dry-run
    """
    from autograder.nbgrader.regrade import regrade

    with _errors_as_exit_codes():
        changes = regrade(folder, unit, dry_run=dry_run, allow_lower=allow_lower)
        if as_json:
            typer.echo(json.dumps([asdict(change) for change in changes], ensure_ascii=False, indent=2))
            return
        for change in changes:
            typer.echo(change.line().text("both").replace("\n", " / "))
        if not changes:
            typer.echo("点は変わりません / No mark changes.")


@app.command()
def new(
    what: Annotated[str, typer.Argument(help="`unit`, or the id of an exercise such as sampling/min_p.")],
    name: Annotated[Optional[str], typer.Argument(help="The unit's name, after `unit`.")] = None,
    course: CourseOption = None,
) -> None:
    """Begin an exercise or a unit: writes files that the build takes; `audit` then says what is left to do, in order.

    Examples: autograder new sampling/min_p; autograder new unit decoding
    """
    from autograder.authoring.new import new_exercise, new_unit
    from autograder.course import find_course_root

    with _errors_as_exit_codes():
        solutions = course.resolve() if course else find_course_root(Path.cwd())
        if (what == "unit") == (name is None):
            raise SettingsError(
                ja="`autograder new sampling/min_p` か `autograder new unit decoding` のように指定してください。",
                en="say `autograder new sampling/min_p` or `autograder new unit decoding`.",
            )
        folder = new_unit(solutions, name) if name is not None else new_exercise(solutions, what)
        typer.echo(f"{folder}")
        if name is None:
            typer.echo(f"次に / next: autograder build; autograder audit {what}")


@app.command()
def release(
    unit: Annotated[str, typer.Argument(help="The unit to release, e.g. u02_sampling.")],
    out: Annotated[Path, typer.Option(help="Where releases are kept; versions count on from what is there.")],
    change: Annotated[str, typer.Option(help="One line for the changelog.")] = "最初の版 / first release",
    course: CourseOption = None,
) -> None:
    """Audit a unit, then write what students get and the opening of its commitment. Exit status 1 with reasons if the audit fails.

    Example: autograder release u02_sampling --out dist --change "clearer text of top_p"
    """
    from autograder.audit import audit_course
    from autograder.audit.shipping import audit_shipping
    from autograder.power import audit_power
    from autograder.release.make import make_release

    with _errors_as_exit_codes():
        read = _course(course)
        chosen = _unit(read, unit)
        ids = [exercise.id for exercise in chosen.exercises]
        with _progress("監査 / audit") as progress:
            problems = [*audit_shipping(read), *audit_power(read, only=ids)]
            problems = problems or audit_course(read, progress, only=ids)
        for problem in problems:
            typer.echo(problem.text(_language()), err=True)
        if problems:
            raise typer.Exit(1)
        made = make_release(read, chosen, out, change=change)
        for line in (
            f"{made.bundle}",
            "  学生に配ってください / give this to students",
            f"{made.opening}",
            "  秘密です。締切のあとで `autograder reveal` に使います / secret; for `autograder reveal` after the deadline",
        ):
            typer.echo(line)


@app.command()
def reveal(
    opening: Annotated[Path, typer.Argument(help="The .opening.json that `release` wrote.")],
    commitment: Annotated[Path, typer.Argument(help="COMMITMENT.json of the same version, as students have it.")],
    out: Annotated[Path, typer.Option(help="Where to write the hidden files.")],
) -> None:
    """After the deadline: show that the hidden checks are those that the release committed to, and write them.

    Example: autograder reveal u02_sampling-1.opening.json u02_sampling/COMMITMENT.json --out revealed
    """
    from autograder.release.commitment import reveal as reveal_files

    with _errors_as_exit_codes():
        written = reveal_files(opening, commitment, out)
        typer.echo(f"{out}: {len(written)} 個のファイルは約束どおりです / {len(written)} files, as committed to")


@app.command()
def upgrade(
    bundle: Annotated[Path, typer.Argument(help="The later release, a .zip.")],
    folder: Annotated[Path, typer.Argument(help="The folder that you work in.")] = Path("."),
) -> None:
    """Move an assignment folder to a later release; what you wrote stays as it is.

    Example: autograder upgrade u02_sampling-2.zip .
    """
    from autograder.release.upgrade import upgrade as upgrade_folder

    with _errors_as_exit_codes():
        done = upgrade_folder(bundle, folder)
        for name in done.written:
            typer.echo(f"+ {visible_name(name)}")
        for name in done.kept:
            note = (
                "（新しい版は .new）/ kept as it is (new text in .new)"
                if (folder / f"{name}.new").exists()
                else "/ kept as it is"
            )
            typer.echo(f"= {visible_name(name)}  そのまま残しました{note}")


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Say what is installed, what runs where, and what to do about each problem. Exit status 1 if there is one.

    Example: autograder doctor
    """
    from autograder.doctor import examine

    with _errors_as_exit_codes():
        findings = examine()
        if as_json:
            typer.echo(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=2))
        else:
            _show_findings(findings)
        if any(one.state == "problem" for one in findings):
            raise typer.Exit(1)


def _show_findings(findings: list[Finding]) -> None:
    """A line for each, with a sign that needs no colour; below it what to do."""
    width = max(len(one.about) for one in findings)
    for one in findings:
        sign = {"ok": "✓", "note": "・", "problem": "✗"}[one.state]
        typer.echo(f"{sign} {one.about:{width}}  {one.found}")
        for line in one.advice.text(_language()).splitlines() if one.advice else ():
            typer.echo(f"  {'':{width}}  {line}")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where to write the class and its results.")] = Path("demo"),
    course: CourseOption = None,
) -> None:
    """Build the course, make a small class of submissions, grade it and show the results.

    Example: autograder demo
    """
    from autograder.demo import run_demo

    with _errors_as_exit_codes(), _progress() as progress:
        summaries = run_demo(_course(course), out, progress)
    for unit, summary in summaries.items():
        _show_class(summary, out / "results" / unit)
    pages = [f"  {out / 'results' / unit / 'index.html'}" for unit in summaries]
    student = out / "results" / list(summaries)[-1] / "typical_mistakes_1" / "report.html"
    for line in (
        "",
        "見るところ / Where to look:",
        *pages,
        f"  {student}",
        "次にすること / What to do next:",
        f"  pytest {out / 'assignments'}",
        f"  autograder grade {out / 'submissions' / list(summaries)[-1]} --unit {list(summaries)[-1]} --out results",
    ):
        typer.echo(line)


if __name__ == "__main__":
    app()
