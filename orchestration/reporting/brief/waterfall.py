"""The waterfall of a day as a static drawing, for a page read without scripts."""

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, TOP, BOTTOM = 660, 240, 22, 30


def waterfall_svg(parts: Sequence[tuple[str, float, float]]) -> str:
    """Bars that each start where the last one ends, and their total; empty without parts.

    A part is its label, its contribution, and the contribution rounded so that the parts add up.
    """
    if not parts:
        return ""
    ends = [0.0]
    for _, points, _ in parts:
        ends.append(ends[-1] + points)
    bars = [(label, start, start + points, shown) for (label, points, shown), start in zip(parts, ends, strict=False)]
    bars.append(("Total", 0.0, ends[-1], sum(shown for _, _, shown in parts)))
    high, low = max(ends), min(ends)
    scale = (HEIGHT - TOP - BOTTOM - 16) / ((high - low) or 1.0)
    step = WIDTH / len(bars)

    def y(value: float) -> float:
        return TOP + (high - value) * scale

    drawn = [f'<line x1="0" x2="{WIDTH}" y1="{y(0):.1f}" y2="{y(0):.1f}" class="zero"/>']
    for i, (label, start, end, shown) in enumerate(bars):
        left, top = i * step + step * 0.15, y(max(start, end))
        height = max(abs(end - start) * scale, 1)
        kind = "total" if i == len(bars) - 1 else "up" if end >= start else "down"
        drawn += [
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{step * 0.7:.1f}" height="{height:.1f}" class="{kind}"/>',
            f'<text x="{left + step * 0.35:.1f}" y="{top - 5:.1f}">{shown:+.2f}</text>',
            f'<text x="{left + step * 0.35:.1f}" y="{HEIGHT - 6}">{escape(label)}</text>',
        ]
    described = ", ".join(f"{label} {shown:+.2f}" for label, _, _, shown in bars)
    return (
        f'<svg class="waterfall" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="Contributions in percentage points: {escape(described)}">' + "".join(drawn) + "</svg>"
    )
