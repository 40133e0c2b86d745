"""Commands of TAs: grading a class, and getting marks out."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Optional

import typer

from autograder.cli.common import (
    TAS,
    CourseOption,
    JsonOption,
    app,
    chosen_unit,
    errors_as_exit_codes,
    language,
    progress_bar,
    read_chosen_course,
)
from autograder.errors import SettingsError
from autograder.messages import visible_name
from autograder.reports.formats import Format


@app.command(rich_help_panel=TAS)
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
    model_server: Annotated[
        Optional[bool],
        typer.Option(help="One process holds the models for all submissions (default: where --device is not cpu)."),
    ] = None,
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

    with errors_as_exit_codes():
        limits = Limits(cpu_s=cpu_limit, wall_s=4.0 * cpu_limit + 10, memory_mib=memory_limit)
        settings = Settings(
            model=model, device=device, limits=limits, unsafe_no_jail=unsafe_no_jail, model_server=model_server
        )
        read = read_chosen_course(course)
        chosen = chosen_unit(read, unit)
        n_jobs = jobs or default_jobs(settings)
        pool: ClusterPool | GraderPool | None = GraderPool(settings, n_jobs) if n_jobs > 1 else None
        if cluster or slurm:
            if cluster and slurm:
                raise SettingsError(
                    ja="--cluster と --slurm は、どちらか 1 つを指定してください。",
                    en="--cluster and --slurm: give one of the two.",
                )
            pool = ClusterPool(settings, read.root, address=cluster, slurm=slurm)
        with pool or nullcontext() as grader, progress_bar() as progress:
            summary = grade_folder(submissions, chosen, out, settings, force=force, progress=progress, grader=grader)
        if as_json:
            typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
        else:
            show_class(summary, out)
        if any(student["needs_person"] for student in summary["students"]):
            raise typer.Exit(1)


def show_class(summary: dict[str, object], out: Path) -> None:
    from rich.console import Console

    from autograder.reports.terminal import class_table

    Console().print(class_table(summary, language()))
    typer.echo(f"{out / 'index.html'}")


@app.command(rich_help_panel=TAS)
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

    with errors_as_exit_codes():
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


@app.command(rich_help_panel=TAS)
def demo(
    out: Annotated[Path, typer.Option(help="Where to write the class and its results.")] = Path("demo"),
    course: CourseOption = None,
) -> None:
    """Build the course, make a small class of submissions, grade it and show the results.

    Example: autograder demo
    """
    from autograder.demo import run_demo

    with errors_as_exit_codes(), progress_bar() as progress:
        summaries = run_demo(read_chosen_course(course), out, progress)
    for unit, summary in summaries.items():
        show_class(summary, out / "results" / unit)
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
