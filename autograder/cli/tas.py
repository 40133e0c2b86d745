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
    say,
)
from autograder.cli.complete import units
from autograder.cli.models import DeviceOption, DtypeOption, ModelOption, ModelsOption, chosen_catalog, chosen_model
from autograder.errors import SettingsError
from autograder.messages import Message, visible_name
from autograder.reports.formats import Format


@app.command(rich_help_panel=TAS)
def grade(
    submissions: Annotated[
        Path,
        typer.Argument(
            help="提出物のフォルダ。学生ごとにフォルダ、.zip、.py、.ipynb のどれか 1 つ / Folder with one folder, .zip, .py or .ipynb per student."
        ),
    ],
    unit: Annotated[
        str,
        typer.Option(
            autocompletion=units, help="採点する単元（例 u02_sampling） / The unit to grade, e.g. u02_sampling."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="レポートを書く場所。途中までの採点があれば続きから / Where to write reports; an existing run goes on here."
        ),
    ],
    course: CourseOption = None,
    model: ModelOption = "tiny-chat",
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    models: ModelsOption = None,
    cpu_limit: Annotated[
        int, typer.Option(min=1, help="1 つのチェックが使える CPU 時間（秒） / CPU seconds that one check may take.")
    ] = 20,
    submission_limit: Annotated[
        int,
        typer.Option(
            min=1,
            help="1 つの提出物のすべてのチェックが合わせて使える時間（秒） / Seconds by the clock that all checks of a submission may take together.",
        ),
    ] = 1800,
    memory_limit: Annotated[
        int, typer.Option(min=64, help="1 つのチェックが使えるメモリ（MiB） / MiB that one check may allocate.")
    ] = 1024,
    jobs: Annotated[
        Optional[int],
        typer.Option(
            min=1,
            help="同時に採点する提出物の数（省略時は、メモリの許す範囲でコアの数） / Submissions graded at the same time (default: one for each core, as memory allows).",
        ),
    ] = None,
    cluster: Annotated[
        Optional[str],
        typer.Option(
            help="この Dask スケジューラのワーカーで採点する（例 tcp://head:8786） / Grade on the workers of this Dask scheduler, e.g. tcp://head:8786."
        ),
    ] = None,
    slurm: Annotated[
        Optional[Path],
        typer.Option(
            help="Slurm が起動するワーカーで採点する。設定の YAML ファイル（docs/scale.md） / Grade on workers that Slurm starts: a YAML file, see docs/scale.md."
        ),
    ] = None,
    unsafe_no_jail: Annotated[
        bool,
        typer.Option(
            "--unsafe-no-jail",
            help="提出物を隔離せずに動かす。自分で書いたコードだけに使うこと / Run submissions unconfined. Only for code that you wrote yourself.",
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="採点済みのものも採点し直す / Grade again what is graded already.")
    ] = False,
    model_server: Annotated[
        Optional[bool],
        typer.Option(
            help="1 つのプロセスがモデルを持ち、全員の提出物がそれを使う（省略時は、--device が cpu でないとき） / One process holds the models for all submissions (default: where --device is not cpu)."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """受講者全員の提出物を採点する。人の確認が要る提出物があれば終了コード 1。

    Grade a class. Exit status 1 if a submission needs a person.

    Examples:
        autograder grade submissions --unit u02_sampling --out results
        autograder grade submissions --unit u02_sampling --out results --jobs 4 --json
    """
    from autograder.classroom import grade_folder
    from autograder.grading.cluster import ClusterPool
    from autograder.grading.engine import Settings
    from autograder.grading.pool import GraderPool, default_jobs
    from autograder.jail.pool import Limits

    with errors_as_exit_codes():
        wall_s = 4.0 * cpu_limit + 10
        limits = Limits(cpu_s=cpu_limit, wall_s=wall_s, submission_s=submission_limit, memory_mib=memory_limit)
        read = read_chosen_course(course)
        tested = chosen_model(model, device, dtype, chosen_catalog(models, read.root.parent))
        settings = Settings(**tested, limits=limits, unsafe_no_jail=unsafe_no_jail, model_server=model_server)
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
        try:
            with pool or nullcontext() as grader, progress_bar() as progress:
                summary = grade_folder(
                    submissions, chosen, out, settings, force=force, progress=progress, grader=grader
                )
        except KeyboardInterrupt:
            n_finished = len([*out.glob("*/report.json")])
            stopped = Message(
                f"中断しました。{out} には {n_finished} 人分の結果があり、もう一度同じコマンドを実行すると続きから採点します。",
                f"Interrupted. {out} holds the results of {n_finished} students; the same command goes on from there.",
            )
            say(stopped.text(language()), err=True)
            raise
        if as_json:
            say(json.dumps(summary, ensure_ascii=False, indent=2))
        else:
            show_class(summary, out)
        if any(student["needs_person"] for student in summary["students"]):
            raise typer.Exit(1)


def show_class(summary: dict[str, object], out: Path) -> None:
    from rich.console import Console

    from autograder.reports.terminal import attention_lines, class_table

    Console().print(class_table(summary, language()))
    for line in attention_lines(summary, language()):
        say(line)
    say(f"{out / 'index.html'}")


@app.command(rich_help_panel=TAS)
def export(
    results: Annotated[
        Path, typer.Argument(help="`autograder grade` が書いたフォルダ / The folder that `autograder grade` wrote.")
    ],
    to: Annotated[Format, typer.Option("--to", help="書く形式 / What to write.")],
    out: Annotated[
        Optional[Path],
        typer.Option(
            help="書くファイル。gradescope と junit ではフォルダ（省略時は結果のフォルダの中） / The file; for gradescope and junit the folder (default: in RESULTS)."
        ),
    ] = None,
    worksheet: Annotated[
        Optional[Path],
        typer.Option(
            help="moodle のとき: Moodle から書き出した評定ワークシート。これに記入する / With moodle: the grading worksheet that Moodle exported, to be filled in."
        ),
    ] = None,
    title: Annotated[
        str,
        typer.Option(
            help="列の名前（例 Canvas の `Unit 2 (1234)`） / The name of the column, e.g. Canvas's `Unit 2 (1234)`."
        ),
    ] = "",
    checks_only: Annotated[
        bool, typer.Option("--checks-only", help="人が採点する分を除く / Leave out what a person marks.")
    ] = False,
) -> None:
    """点数を Moodle、Canvas、Gradescope、JUnit、表計算の形式で書き出す。入れられない学生がいれば終了コード 1。

    Write marks for Moodle, Canvas, Gradescope, JUnit or a spreadsheet. Exit status 1 if a student is left out.

    Examples:
        autograder export results --to moodle --worksheet worksheet.csv
        autograder export results --to csv --out marks.csv
    """
    from autograder.reports.exports.write import export_results

    with errors_as_exit_codes():
        written, missing = export_results(results, to, out, worksheet=worksheet, title=title, checks_only=checks_only)
        for path in written:
            say(f"{path}")
        _show_missing(missing)


def _show_missing(students: list[str]) -> None:
    if students:
        names = ", ".join(map(visible_name, students))
        message = Message(
            f"まだ点の決まらない、または相手の名簿にない学生は入れていません: {names}",
            f"left out, since a mark is still open or the other side does not list them: {names}",
        )
        say(message.text(language()), err=True)
        raise typer.Exit(1)


@app.command(rich_help_panel=TAS)
def demo(
    out: Annotated[
        Path, typer.Option(help="クラスと結果を書く場所 / Where to write the class and its results.")
    ] = Path("demo"),
    course: CourseOption = None,
) -> None:
    """コースを組み立て、小さなクラスの提出物を作って採点し、結果を示す。

    Build the course, make a small class of submissions, grade it and show the results.

    Examples:
        autograder demo
        autograder demo --out /tmp/demo
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
        Message("見るところ:", "Where to look:").line(language()),
        *pages,
        f"  {student}",
        Message("次にすること:", "What to do next:").line(language()),
        f"  pytest {out / 'assignments'}",
        f"  autograder grade {out / 'submissions' / list(summaries)[-1]} --unit {list(summaries)[-1]} --out results",
    ):
        say(line)
