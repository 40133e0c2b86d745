"""Similar answers: independent work does not stand out, a disguised copy does."""

from __future__ import annotations

import ast
import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.course.source import with_mistake, without_marks
from autograder.exercise import Exercise, Unit
from autograder.jail.readers import ReadingLimits
from autograder.reports import similar
from autograder.reports.pieces import code_pieces, prose_pieces
from autograder.reports.similar import CODE_THRESHOLD, own_pieces, similar_answers

GOLDEN = Path(__file__).parent.parent / "golden"
PROSE = [
    "温度を上げると Self-BLEU は下がった。0.5 では同じ書き出しが並び、1.5 では名前も場所もばらばらになる。文が途中で切れるものも増えた。",
    "いちばん驚いたのは、温度 0.7 と 1.0 の差より top_p 0.9 と 0.95 の差のほうが小さかったことである。多様さの数字だけを見ていると、この二つは見分けがつかない。",
    "表を見ると、多様さと読みやすさは引き換えの関係にある。物語には温度 0.9、質問への答えには貪欲法がよいと思う。最後まで筋の通った話が 4 本のうち 3 本あったからだ。",
    "Self-BLEU は温度とともに単調に下がったが、1.2 を超えると下がり方が緩やかになった。意味の通らない語が混ざり始めるのも、ちょうどそのあたりからである。",
    "Self-BLEU fell from 92 to 31 as the temperature rose. Above 1.3 the stories stop making sense: sentences end halfway, "
    "and new characters appear without any reason.",
    "With a small top_p all five stories began with the same sentence. I would use 0.9 for stories, and greedy decoding where one "
    "right answer exists, because diversity has no value there.",
    "The average Self-BLEU decreases when we raise the temperature, since the model then picks unlikely words more often. "
    "Reading the texts, I found 0.8 the best compromise between boring and broken.",
    # The same observation in much the same words, as two students may well make it.
    "The texts with the temperature 1.5 were the most diverse, and their Self-BLEU was the lowest of all the temperatures I tried.",
    "When the temperature was 1.5 the texts were the most diverse of all, and the Self-BLEU score was the lowest of the five.",
]


def golden(exercise: Exercise) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((GOLDEN / exercise.name).glob("*/*.py"))]


def disguised(text: str) -> str:
    """The same program with other local names, other layout, another order of functions, without comments."""
    tree = ast.parse(text)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    kept = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    kept |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    other = {name: f"my_{number}" for number, name in enumerate(sorted(stored - kept))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = other.get(node.id, node.id)
    tree.body = [node for node in tree.body if node not in functions] + functions[::-1]
    return f"# 自分で考えました\n{ast.unparse(tree)}\n"


def unit_of(unit: Unit, *exercises: Exercise) -> Unit:
    return Unit(unit.id, unit.folder, unit.title, unit.intro, exercises)


def groups_of(unit: Unit, exercise: Exercise, texts: list[str]) -> list[list[str]]:
    answers = {exercise.id: {f"s{number}": text for number, text in enumerate(texts)}}
    (found,) = similar_answers(unit_of(unit, exercise), answers)
    return [group["students"] for group in found["groups"]]


def test_independent_answers_stay_apart(exercise: Exercise, sampling: Unit):
    """No two correct answers in different styles are called alike, nor one with the reference or a typical mistake."""
    others = [with_mistake(exercise.solution, mistake) for mistake in exercise.mistakes[:3]]
    assert groups_of(sampling, exercise, [*golden(exercise), without_marks(exercise.solution), *others]) == []


def test_disguised_copies_are_found(exercise: Exercise, sampling: Unit):
    """Each of them beside the answer that it was copied from, and beside no other."""
    texts = golden(exercise)
    pairs = groups_of(sampling, exercise, [*texts, *map(disguised, texts)])
    assert sorted(pairs) == sorted(sorted([f"s{number}", f"s{number + len(texts)}"]) for number in range(len(texts)))


def test_the_threshold_lies_between(sampling: Unit):
    """With room on both sides: twice what independent answers share, and well below what copies do (docs/similarity.en.md)."""
    apart, copied = [], []
    for exercise in sampling.exercises[2:7]:
        texts = golden(exercise)
        written = [*texts, *map(disguised, texts)]
        known = similar._known_texts(exercise)
        pieces = {text: code_pieces(text) for text in [*written, *known]}
        own = own_pieces(dict.fromkeys(written, 1), known, pieces, most=5)
        shares = {
            (a, b): len(own[a] & own[b]) / min(len(own[a]), len(own[b])) for a, b in itertools.combinations(written, 2)
        }
        n = len(texts)
        apart += [share for (a, b), share in shares.items() if written.index(b) - written.index(a) != n]
        copied += [shares[written[i], written[i + n]] for i in range(n)]
    assert max(apart) < CODE_THRESHOLD / 2
    assert min(copied) > CODE_THRESHOLD * 1.3


def test_what_everybody_writes_is_not_compared(sampling: Unit, top_p: Exercise):
    """Stub, reference and typical mistakes, however many hand them in, and texts with nothing of their own."""
    texts = [top_p.stub, without_marks(top_p.solution), with_mistake(top_p.solution, top_p.mistakes[0]), "", "x = 1\n"]
    answers = {top_p.id: {f"s{number}": texts[number % 5] for number in range(40)}}
    (found,) = similar_answers(unit_of(sampling, top_p), answers)
    assert (found["n_answers"], found["n_compared"], found["groups"]) == (40, 0, [])


def test_a_way_that_a_quarter_of_the_class_takes_is_a_usual_one(sampling: Unit, top_p: Exercise):
    """The same text from 11 of 40 is no news, from 4 it is."""
    style, reference = golden(top_p)[0], without_marks(top_p.solution)
    for n_alike, n_groups in ((11, 0), (4, 1)):
        assert len(groups_of(sampling, top_p, [style] * n_alike + [reference] * (40 - n_alike))) == n_groups


def test_a_class_that_all_writes_the_same_costs_nothing(
    sampling: Unit, top_p: Exercise, monkeypatch: pytest.MonkeyPatch
):
    """Then no text is taken apart."""
    monkeypatch.setattr(similar, "pieces_of", lambda *_, **__: pytest.fail("taken apart"))
    assert groups_of(sampling, top_p, [golden(top_p)[0]] * 40) == []


def test_identical_answers_are_alike(sampling: Unit, top_p: Exercise):
    """At 100 %, whoever else there is."""
    texts = golden(top_p)
    answers = {top_p.id: {"a": texts[0], "b": texts[1], "c": texts[0]}}
    (found,) = similar_answers(unit_of(sampling, top_p), answers)
    assert found["groups"] == [{"students": ["a", "c"], "least": 1.0, "most": 1.0}]


@pytest.mark.parametrize("text", ["def f(:\n", "\x00\x01", "'" * 300, "(" * 5000, "あ" * 50_000], ids=repr)
def test_no_text_of_a_student_stops_the_comparison(text: str, sampling: Unit, top_p: Exercise):
    """Invalid, deep or long: it is cut or compared as it is."""
    assert groups_of(sampling, top_p, [text[:60_000], golden(top_p)[0], golden(top_p)[1]]) == []


def essay(sampling: Unit) -> Exercise:
    return next(exercise for exercise in sampling.exercises if exercise.rubric is not None)


def test_independent_prose_stays_apart(sampling: Unit):
    """In both languages, on the same observations."""
    assert groups_of(sampling, essay(sampling), PROSE) == []


def test_rearranged_prose_is_found(sampling: Unit):
    """Sentences in another order, some words exchanged, other punctuation and line breaks."""
    first = "1.5 では名前も場所もばらばらになる。\n文が途中で切れるものも多くなった。0.5 では同じ書き出しが並び、温度を上げると Self-BLEU は下がった！"
    second = (
        "Diversity has no value where one right answer exists, so I would use greedy decoding there, and 0.9 for stories.\n"
        "With a small top_p ALL FIVE stories began with the same sentence."
    )
    groups = groups_of(sampling, essay(sampling), [*PROSE, first, second])
    assert sorted(groups) == [["s0", "s9"], ["s10", "s5"]]


def test_quoting_the_statement_is_no_copying(sampling: Unit):
    """What everybody was given does not count."""
    text = essay(sampling).statement.ja
    assert groups_of(sampling, essay(sampling), [text + PROSE[0], text + PROSE[1]]) == []
    assert prose_pieces("") == set()


def test_the_result_does_not_depend_on_hash_seeds():
    """Python's random hashes of text decide nothing."""
    code = (
        "import sys; sys.path[:0] = ['.', 'tests']\n"
        "from pathlib import Path\n"
        "from autograder.course import read_course\n"
        "from autograder.reports.similar import similar_answers\n"
        "unit = next(u for u in read_course(Path('solutions')).units if u.id == 'u02_sampling')\n"
        "texts = [p.read_text(encoding='utf-8') for p in sorted(Path('tests/golden/top_p').glob('*/*.py'))]\n"
        "texts += [texts[0].replace('0.0', '0'), texts[1] + texts[2]]\n"
        "print(similar_answers(unit, {'sampling/top_p': {str(i): t for i, t in enumerate(texts)}}))\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            cwd=GOLDEN.parent.parent,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert "'groups': [{" in said.pop()


def test_a_text_that_cannot_be_cut_is_told_and_harms_no_other(
    top_p: Exercise, sampling: Unit, monkeypatch: pytest.MonkeyPatch
):
    """The lexer takes seconds for it and is ended; copies among the others are found; a person is told who was not compared."""
    monkeypatch.setattr(similar, "_LIMITS", ReadingLimits(cpu_s=1))
    monkeypatch.setattr(similar, "MAX_CHARACTERS", 200_000)
    texts = golden(top_p)[:3]
    answers = {f"s{number}": text for number, text in enumerate([*texts, disguised(texts[0])])}
    answers["hostile"] = f'u"{chr(92)}N{{' * 26_000
    (found,) = similar_answers(unit_of(sampling, top_p), {top_p.id: answers})
    assert found["unread"] == ["hostile"]
    assert [group["students"] for group in found["groups"]] == [["s0", "s3"]]


@pytest.mark.parametrize("gap", [" \n", "\t", "\f\n", "\n"], ids=repr)
def test_long_gaps_cost_no_more_than_other_text(gap: str):
    """The lexer's own time grows with the square of a gap's length, in places."""
    spent = []
    for n in (5_000, 20_000):
        begun = time.process_time()
        code_pieces(f"match{gap * n}x = 1{gap * n}")
        spent.append(time.process_time() - begun)
    assert spent[1] < 1.0
