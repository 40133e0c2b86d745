"""Write every picture into the folder of the exercise that shows it; says which files changed.

python -m figures
"""

from __future__ import annotations

from figures.catalogue import draw_all
from figures.measure import ROOT


def main() -> None:
    """Write what differs."""
    for path, svg in draw_all(ROOT / "solutions"):
        if not path.is_file() or path.read_text(encoding="utf-8") != svg:
            path.parent.mkdir(exist_ok=True)
            path.write_text(svg, encoding="utf-8", newline="\n")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
