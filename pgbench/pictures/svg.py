"""Charts as SVG text: panels with axes, lines with their spread, bars, and goals as dashed lines.

Every picture has a background of its own, so it reads the same on a light page and on a dark one.
"""
import math
from html import escape

INK, PALE, FAINT, GRID, PAPER = "#1f2933", "#5f6b7a", "#b4bcc6", "#e4e7eb", "#fdfdfc"
OURS, THEIRS, PLAIN, GOAL, SECOND, THIRD = "#0f766e", "#c2570c", "#64748b", "#b91c1c", "#4f46e5", "#b7791f"
FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',sans-serif"
WIDTH = 880


def number(value):
    """As people write it: 9,802; 1.2k on an axis is `short`."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2g}"


def short(value):
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if abs(value) >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


class Linear:
    """From nothing to a round number above the most."""

    def __init__(self, most, least=0.0):
        step = 10 ** math.floor(math.log10(max(most - least, 1e-9) / 4))
        self.step = next(step * by for by in (1, 2, 2.5, 5, 10) if (most - least) / (step * by) <= 5)
        self.least, self.most = least, least + self.step * math.ceil((most - least) / self.step - 1e-9)

    def share(self, value):
        return (value - self.least) / (self.most - self.least)

    def ticks(self):
        return [self.least + self.step * n for n in range(round((self.most - self.least) / self.step) + 1)]


class Log:
    """Whole decades, or halves of them, around the values."""

    def __init__(self, least, most):
        self.least = 10 ** math.floor(math.log10(least))
        self.most = next(m for d in range(12) for m in (self.least * 10**d * k for k in (1, 2, 5)) if m >= most)

    def share(self, value):
        return math.log(max(value, self.least) / self.least) / math.log(self.most / self.least)

    def ticks(self):
        decades = [self.least * 10**d for d in range(12)]
        return [t for decade in decades for t in (decade, 2 * decade, 5 * decade) if t <= self.most * 1.001]


class Steps:
    """A few values at equal distances, whatever lies between them."""

    def __init__(self, values, margin=0.12):
        self.values, self.margin = values, margin

    def share(self, value):
        at = self.values.index(value) / max(len(self.values) - 1, 1)
        return self.margin + at * (1 - 2 * self.margin)

    def ticks(self):
        return self.values


class Picture:
    """A title, what is seen in a sentence, and what is drawn below."""

    def __init__(self, title, about, height):
        self.height, self.parts = height, []
        self.label = f"{title}: {about}"
        self.text(24, 34, title, size=17, weight=600)
        self.text(24, 55, about, color=PALE)

    def add(self, part):
        self.parts.append(part)

    def text(self, x, y, words, size=12.5, anchor="start", color=INK, weight=400, halo=False):
        paint = f' paint-order="stroke" stroke="{PAPER}" stroke-width="3"' if halo else ""
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{color}" '
                 f'font-weight="{weight}"{paint}>{escape(words)}</text>')

    def stroke(self, points, color, width=1.0, dash="", opacity=1.0):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.add(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width}" '
                 f'stroke-linejoin="round" opacity="{opacity}"{dashed}/>')

    def box(self, x, y, width, height, color, opacity=1.0):
        self.add(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{max(height, 0):.1f}" '
                 f'fill="{color}" opacity="{opacity}" rx="1.5"/>')

    def legend(self, x, y, entries):
        """(color, words) one after the other."""
        for color, words in entries:
            self.box(x, y - 8, 14, 8, color)
            self.text(x + 20, y, words, size=12, color=PALE)
            x += 38 + 6.4 * len(words)

    def save(self, path, source):
        """With what it was drawn from in its corner."""
        self.text(WIDTH - 20, self.height - 12, source, size=10.5, anchor="end", color=PALE)
        body = "\n".join(self.parts)
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" width="{WIDTH}" '
            f'height="{self.height}" font-family="{FONT}" role="img" aria-label="{escape(self.label)}">\n'
            f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{self.height - 1}" rx="8" fill="{PAPER}" '
            f'stroke="{GRID}"/>\n{body}\n</svg>\n', encoding="utf-8")


class Panel:
    """A part of a picture with axes of its own."""

    def __init__(self, picture, box, x, y, names):
        self.picture, self.x, self.y = picture, x, y
        self.left, self.top, self.width, self.height = box
        self._axes(*names)

    def at(self, x, y):
        return (self.left + self.x.share(x) * self.width, self.top + (1 - self.y.share(y)) * self.height)

    def _axes(self, x_name, y_name):
        bottom, right = self.top + self.height, self.left + self.width
        for tick in self.y.ticks():
            height = bottom - self.y.share(tick) * self.height
            self.picture.stroke([(self.left, height), (right, height)], GRID)
            self.picture.text(self.left - 7, height + 4, short(tick), size=11, anchor="end", color=PALE)
        for tick in self.x.ticks():
            place = self.left + self.x.share(tick) * self.width
            self.picture.stroke([(place, bottom), (place, bottom + 4)], PALE)
            self.picture.text(place, bottom + 17, short(tick), size=11, anchor="middle", color=PALE)
        self.picture.stroke([(self.left, bottom), (right, bottom)], PALE)
        self.picture.text(self.left + self.width / 2, bottom + 35, x_name, size=12, anchor="middle", color=PALE)
        self.picture.text(self.left, self.top - 11, y_name, size=12, color=INK, weight=600)

    def line(self, points, color, dash="", hollow=()):
        """(x, Figure): the medians, joined, each with its spread; those of `hollow` are rings."""
        self.picture.stroke([self.at(x, f.middle) for x, f in points], color, 2, dash)
        for x, found in points:
            (place, low), (_, high) = self.at(x, found.least), self.at(x, found.most)
            self.picture.stroke([(place, low), (place, high)], color, 5, opacity=0.28)
            place, height = self.at(x, found.middle)
            fill = PAPER if x in hollow else color
            self.picture.add(f'<circle cx="{place:.1f}" cy="{height:.1f}" r="3.6" fill="{fill}" '
                             f'stroke="{color}" stroke-width="1.8"/>')

    def curve(self, points, color):
        self.picture.stroke([self.at(x, y) for x, y in points], color, 2)

    def area(self, points, color):
        """Between the values and the axis."""
        self.between(dict(points), {x: self.y.least for x, _ in points}, color, 0.3)

    def goal(self, value, words, color=GOAL):
        height = self.at(self.x.ticks()[0], value)[1]
        self.picture.stroke([(self.left, height), (self.left + self.width, height)], color, 1.3, "5 4")
        self.picture.text(self.left + 5, height - 5, words, size=11, color=color, halo=True)

    def between(self, tops, bottoms, color, opacity=0.75):
        """What lies between two curves of the same places."""
        edge = [self.at(x, tops[x]) for x in sorted(tops)] + [self.at(x, bottoms[x]) for x in sorted(tops, reverse=True)]
        self.picture.add(f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in edge)}" fill="{color}" '
                         f'opacity="{opacity}"/>')

    def until(self, x, words):
        place = self.at(x, self.y.least)[0]
        self.picture.stroke([(place, self.top), (place, self.top + self.height)], PALE, 1, "2 3")
        side, anchor = (-5, "end") if self.x.share(x) > 0.5 else (5, "start")
        self.picture.text(place + side, self.top + 11, words, size=11, anchor=anchor, color=PALE)

    def note(self, x, y, words, color=PALE):
        place, height = self.at(x, y)
        self.picture.text(place, height - 10, words, size=11, anchor="middle", color=color)


def bars(picture, top, rows, unit, goals=None):
    """(words, Figure, color) as bars from the left; goals are values by words, marked across the bar."""
    left, right, each = 262, WIDTH - 130, 30
    scale = Linear(max(found.most for _, found, _ in rows))
    bottom = top + each * len(rows)
    for tick in scale.ticks():
        place = left + scale.share(tick) * (right - left)
        picture.stroke([(place, top - 4), (place, bottom)], GRID)
        picture.text(place, bottom + 16, short(tick), size=11, anchor="middle", color=PALE)
    picture.text((left + right) / 2, bottom + 34, unit, size=12, anchor="middle", color=PALE)
    for row, (words, found, color) in enumerate(rows):
        height = top + row * each
        ends = [left + scale.share(value) * (right - left) for value in found]
        picture.text(left - 10, height + 17, words, anchor="end")
        picture.box(left, height + 4, ends[0] - left, each - 10, color)
        middle = height + each / 2 - 1
        picture.stroke([(ends[1], middle), (ends[2], middle)], INK, 1.4, opacity=0.7)
        end = max(ends[0], ends[2])
        if goals and words in goals:
            place = left + scale.share(goals[words]) * (right - left)
            picture.stroke([(place, height), (place, height + each - 2)], GOAL, 2.4)
            end = max(end, place)
        picture.text(end + 8, height + 17, number(found.middle), weight=600)
