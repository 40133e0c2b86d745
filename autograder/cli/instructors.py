"""Commands of instructors: building, proving and releasing a course."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from autograder.cli.common import (
    INSTRUCTORS,
    CourseOption,
    JsonOption,
    app,
    chosen_unit,
    course_folder,
    errors_as_exit_codes,
    files_written,
    language,
    progress_bar,
    read_chosen_course,
    say,
)
from autograder.cli.complete import exercise_ids, unit_or_new, units
from autograder.cli.models import DeviceOption, DtypeOption, ModelOption, ModelsOption, chosen_catalog, chosen_model
from autograder.errors import SettingsError
from autograder.messages import Message


@app.command(rich_help_panel=INSTRUCTORS)
def new(
    what: Annotated[
        str,
        typer.Argument(
            autocompletion=unit_or_new,
            help="`unit`、または課題の ID（例 sampling/min_p） / `unit`, or the id of an exercise such as sampling/min_p.",
        ),
    ],
    name: Annotated[
        Optional[str], typer.Argument(help="`unit` に続けて、単元の名前 / The unit's name, after `unit`.")
    ] = None,
    after: Annotated[
        str,
        typer.Option(
            help="この課題のすぐ後ろに置き、それより後ろの番号を 1 つずつ増やす（省略時は最後） / The exercise that it follows (default: the last); those behind move up by one number."
        ),
    ] = "",
    course: CourseOption = None,
) -> None:
    """課題または単元を作り始める。build の通るひな形を書き、残りの作業は audit が順に示す。

    Begin an exercise or a unit: writes files that the build takes; `audit` then says what is left to do, in order.

    Examples:
        autograder new sampling/min_p --after epsilon
        autograder new unit decoding
    """
    from autograder.authoring.new import new_exercise, new_unit

    with errors_as_exit_codes():
        solutions = course_folder(course)
        if (what == "unit") == (name is None):
            raise SettingsError(
                ja="`autograder new sampling/min_p` か `autograder new unit decoding` のように指定してください。",
                en="say `autograder new sampling/min_p` or `autograder new unit decoding`.",
            )
        folder = new_unit(solutions, name) if name is not None else new_exercise(solutions, what, after=after)
        say(_from_here(f"{folder}"))
        then = f"autograder audit {what}" if name is None else f"autograder new {name}/⟨exercise⟩"
        say(Message(f"次に: {then}", f"next: {then}").line(language()))


@app.command(rich_help_panel=INSTRUCTORS)
def build(
    out: Annotated[
        Optional[Path],
        typer.Option(
            help="書く場所（省略時は `solutions/` と並ぶ `assignments/`） / Where to write (default: `assignments/` beside `solutions/`)."
        ),
    ] = None,
    course: CourseOption = None,
) -> None:
    """`solutions/` から、学生に配る課題を書き出す。解答などの秘密が混じっていれば、何も書かず、場所を示して終了コード 1。

    Write the assignment sets from `solutions/`. Where something secret stands in them, write nothing, say where, and exit with status 1.

    Examples:
        autograder build
    """
    from autograder.audit.shipping import given_away
    from autograder.build import plan_assignments, write_assignments

    with errors_as_exit_codes():
        read = read_chosen_course(course)
        target = out or read.root.parent / "assignments"
        planned = plan_assignments(read)
        problems = given_away(read, {str(target / name): text for name, text in planned.items()})
        for problem in problems:
            say(_from_here(problem.text(language())), err=True)
        if problems:
            raise typer.Exit(1)
        written = write_assignments(planned, target)
        say(f"{target}: {files_written(len(written))}")
        _ensure_secret(read.root)


_NEW_SECRET = Message(
    "非公開チェックの入力のもとになる秘密を作りました。コミットしてください。",
    "a new secret, from which hidden checks draw their inputs. Commit it.",
)


def _ensure_secret(root: Path) -> None:
    """Write the course's secret if it has none, and say so."""
    from autograder.release.secret import ensure_secret

    if made := ensure_secret(root):
        say(_from_here(f"{made}: {_NEW_SECRET.text(language())}"))


@app.command(rich_help_panel=INSTRUCTORS)
def audit(
    exercises: Annotated[
        Optional[list[str]],
        typer.Argument(
            autocompletion=exercise_ids,
            help="課題の ID（例 sampling/top_p、省略時はコース全体） / Ids of exercises, e.g. sampling/top_p (default: the whole course).",
        ),
    ] = None,
    course: CourseOption = None,
    model: ModelOption = "tiny-chat",
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    models: ModelsOption = None,
    as_json: JsonOption = False,
) -> None:
    """配布の前に、コースに問題がないことを確かめる。問題があれば一覧を示し、終了コード 1。

    Prove the course before it ships; exit status 1 with a list of what is wrong.

    Examples:
        autograder audit
        autograder audit sampling/top_p
    """
    from autograder.audit import audit_course
    from autograder.grading.engine import Settings

    with errors_as_exit_codes():
        read = read_chosen_course(course)
        settings = Settings(**chosen_model(model, device, dtype, chosen_catalog(models, read.root.parent)))
        with progress_bar("監査 / audit") as progress:
            problems = audit_course(read, progress, only=exercises or (), settings=settings)
        if as_json:
            say(json.dumps([{"ja": one.ja, "en": one.en} for one in problems], ensure_ascii=False, indent=2))
        for problem in problems if not as_json else ():
            say(_from_here(problem.text(language())))
        if problems:
            raise typer.Exit(1)
        if not as_json:
            say(Message("監査に合格しました。", "The audit found nothing wrong.").text(language()))
        if exercises and not as_json:
            say(_ONE_ONLY.text(language()))


_ONE_ONLY = Message(
    "配布物（assignments/ がビルドと同じか、秘密の行がないか）は、課題を指定しない `autograder audit` で調べます。",
    "What ships (assignments/ as built, no secret lines) is looked at by `autograder audit` without ids.",
)


def _from_here(text: str) -> str:
    """`text` with the paths in it as seen from the current folder."""
    return text.replace(f"{Path.cwd()}{os.sep}", "")


@app.command(rich_help_panel=INSTRUCTORS)
def release(
    unit: Annotated[
        str,
        typer.Argument(
            autocompletion=units, help="配布する単元（例 u02_sampling） / The unit to release, e.g. u02_sampling."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="配布物を置く場所。版の番号は、そこにあるものから続ける / Where releases are kept; versions count on from what is there."
        ),
    ],
    change: Annotated[
        str,
        typer.Option(
            show_default=False,
            help="変更の記録に書く 1 行（省略時は「最初の版」） / One line for the changelog (default: first release).",
        ),
    ] = "最初の版 / first release",
    course: CourseOption = None,
) -> None:
    """単元を監査し、学生に配る zip と、約束を開くファイルを書く。監査に通らなければ理由を示し、終了コード 1。

    Audit a unit, then write what students get and the opening of its commitment. Exit status 1 with reasons if the audit fails.

    Examples:
        autograder release u02_sampling --out dist
        autograder release u02_sampling --out dist --change "clearer text of top_p"
    """
    from autograder.audit import audit_course
    from autograder.audit.shipping import audit_shipping
    from autograder.course.inputs import FILE, of_release
    from autograder.power import audit_power
    from autograder.release.make import make_release, next_number

    with errors_as_exit_codes():
        read = read_chosen_course(course)
        chosen = chosen_unit(read, unit)
        _ensure_secret(read.root)
        # Proven with the very inputs with which it will be graded.
        coming = of_release(read.root, chosen, next_number(read, chosen, out))
        read = replace(read, units=tuple(coming if one.id == unit else one for one in read.units))
        ids = [exercise.id for exercise in chosen.exercises]
        with progress_bar("監査 / audit") as progress:
            problems = [*audit_shipping(read), *audit_power(read, only=ids)]
            problems = problems or audit_course(read, progress, only=ids)
        for problem in problems:
            say(_from_here(problem.text(language())), err=True)
        if problems:
            raise typer.Exit(1)
        made = make_release(read, chosen, out, change=change)
        for line in (
            f"{made.bundle}",
            Message("  学生に配ってください", "  give this to students").text(language()),
            _from_here(f"{read.root / FILE}"),
            Message(
                f"  コミットしてください。非公開チェックは、これから版 {made.version} の入力で採点します",
                f"  commit it: from now on hidden checks are asked with the inputs of release {made.version}",
            ).text(language()),
            f"{made.opening}",
            Message(
                "  秘密です。締切のあとで `autograder reveal` に使います",
                "  secret; for `autograder reveal` after the deadline",
            ).text(language()),
        ):
            say(line)


@app.command(rich_help_panel=INSTRUCTORS)
def reveal(
    opening: Annotated[
        Path, typer.Argument(help="`release` が書いた .opening.json / The .opening.json that `release` wrote.")
    ],
    commitment: Annotated[
        Path,
        typer.Argument(
            help="学生が持つ、同じ版の COMMITMENT.json / COMMITMENT.json of the same version, as students have it."
        ),
    ],
    out: Annotated[Path, typer.Option(help="非公開だったファイルを書く場所 / Where to write the hidden files.")],
) -> None:
    """締切のあとで、非公開チェックが配布時の約束どおりであることを示し、書き出す。

    After the deadline: show that the hidden checks are those that the release committed to, and write them.

    Examples:
        autograder reveal u02_sampling-1.opening.json u02_sampling/COMMITMENT.json --out revealed
    """
    from autograder.release.commitment import reveal as reveal_files

    with errors_as_exit_codes():
        written = reveal_files(opening, commitment, out)
        said = Message(
            f"{out}: {len(written)} 個のファイルは約束どおりです", f"{out}: {len(written)} files, as committed to"
        )
        say(said.text(language()))


@app.command(rich_help_panel=INSTRUCTORS)
def mutants(
    exercises: Annotated[
        Optional[list[str]],
        typer.Argument(
            autocompletion=exercise_ids,
            help="課題の ID（例 sampling/top_p、省略時はコース全体） / Ids of exercises, e.g. sampling/top_p (default: the whole course).",
        ),
    ] = None,
    course: CourseOption = None,
    out: Annotated[
        Optional[Path],
        typer.Option(
            help="記録を置く場所（省略時は `solutions/` と並ぶ `docs/`） / Where the record is kept (default: `docs/` beside `solutions/`)."
        ),
    ] = None,
    diagnose: Annotated[
        bool,
        typer.Option(
            "--diagnose",
            help="代わりに、変えた解答と `tests/wrong` の説明がどれだけ正しいかを測る / Measure instead how rightly mutants and `tests/wrong` are explained.",
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="新しいままのものも測り直す / Run again what is up to date.")
    ] = False,
    model: ModelOption = "tiny-chat",
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    models: ModelsOption = None,
    as_json: JsonOption = False,
) -> None:
    """参照解答を少しずつ変え、非公開チェックが気づくかを調べる。見逃しがあれば終了コード 1。

    Change each reference in many small ways; exit status 1 if the hidden checks let one pass.

    Examples:
        autograder mutants sampling/top_p
        autograder mutants --diagnose --json
    """
    from autograder.mutants import hunt_course, measure_course
    from autograder.mutants.hunt import SETTINGS

    with errors_as_exit_codes():
        read = read_chosen_course(course)
        tested = chosen_model(model, device, dtype, chosen_catalog(models, read.root.parent))
        _require_own_place(tested, out)
        settings = replace(SETTINGS, **tested)
        docs, wrong = out or read.root.parent / "docs", read.root.parent / "tests" / "wrong"
        chosen = exercises or ()
        with progress_bar("ミュータント / mutants") as progress:
            if diagnose:
                found = measure_course(read, docs, wrong, progress, only=chosen, force=force, settings=settings)
            else:
                hunted = hunt_course(read, docs, progress, only=chosen, force=force, settings=settings, log=_warn)
                found = {name: asdict(one) for name, one in hunted.items()}
        if as_json:
            say(json.dumps(found, ensure_ascii=False, indent=2))
        bad = ("audit", "wrong", "missed") if diagnose else ("surviving", "faulty")
        for name, one in found.items() if not as_json else ():
            _show_found(name, one, bad)
        if any(one[key] for one in found.values() for key in bad):
            if not diagnose and any(one["surviving"] for one in found.values()):
                say(_LET_PASS.text(language()), err=True)
            raise typer.Exit(1)


_LET_PASS = Message(
    "surviving の変更に気づく非公開チェックを足すか、契約を満たしたままの変更なら、理由を添えて課題の equivalent.yaml に書いてください。",
    "surviving: add a hidden check that notices the change or, if it meets the contract as well, list it with its reason in the exercise's equivalent.yaml.",
)


def _require_own_place(tested: dict[str, Any], out: Path | None) -> None:
    """The figures beside the course are those of the embedded model. Raises: SettingsError."""
    if out is None and (tested["model"] != "tiny-chat" or tested["dtype"] or tested["device"] != "cpu"):
        raise SettingsError(
            ja="docs/ の記録は、教材に付属のモデルのものです。ほかのモデルで測るときは、--out で別のフォルダを指定してください。",
            en="the record in docs/ is that of the embedded model. To measure with another one, name a folder of its own by --out.",
        )


def _show_found(name: str, found: dict[str, Any], bad: tuple[str, ...]) -> None:
    """One line of counts, then a line for each thing that is wrong."""
    say(f"{name}: " + ", ".join(f"{key} {value}" for key, value in found.items() if isinstance(value, int)))
    for key in bad:
        for one in found[key]:
            say(f"  {key}: {one}")


def _warn(text: str) -> None:
    say(text, err=True)


@app.command(rich_help_panel=INSTRUCTORS)
def power(
    exercises: Annotated[
        Optional[list[str]],
        typer.Argument(
            autocompletion=exercise_ids,
            help="課題の ID（省略時は、確率で判定するものすべて） / Ids of exercises (default: all that judge by chance).",
        ),
    ] = None,
    bounds: Annotated[
        bool,
        typer.Option(
            "--bounds",
            help="代わりに、正しい提出物が何件落ちるかを数える（数分） / Instead, count how many correct submissions fail (minutes).",
        ),
    ] = False,
    course: CourseOption = None,
    out: Annotated[
        Optional[Path],
        typer.Option(
            help="記録を置く場所（省略時は `solutions/` と並ぶ `docs/`） / Where the figures are kept (default: `docs/` beside `solutions/`)."
        ),
    ] = None,
    model: ModelOption = "tiny-chat",
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    models: ModelsOption = None,
) -> None:
    """統計的なチェックの検出力を測り、`solutions/` と並ぶ docs/power.json と docs/power.md に書く。

    Measure what the statistical checks detect; writes docs/power.json and docs/power.md beside `solutions/`.

    Examples:
        autograder power sampling/top_p_sweep
        autograder power --bounds
    """
    from autograder.audit.course import chosen_exercises
    from autograder.grading.engine import Settings, load_models
    from autograder.power.findings import audit_power, figures_file
    from autograder.power.measuring import measure_bounds, measure_course

    with errors_as_exit_codes():
        read = read_chosen_course(course)
        every = [exercise for unit in read.units for exercise in unit.exercises]
        chosen = chosen_exercises(every, exercises) if exercises else every
        tested = chosen_model(model, device, dtype, chosen_catalog(models, read.root.parent))
        _require_own_place(tested, out)
        loaded = load_models(Settings(**tested))
        figures = out / "power.json" if out else figures_file(read)
        with progress_bar("検出力 / power") as progress:
            if bounds:
                measure_bounds(figures, loaded, progress)
            else:
                measure_course(read, chosen, loaded, progress, path=figures)
        say(f"{figures}")
        problems = [] if bounds else audit_power(read, model=model, only=exercises or (), path=figures)
        for problem in problems:
            say(problem.text(language()))
        if problems:
            raise typer.Exit(1)
