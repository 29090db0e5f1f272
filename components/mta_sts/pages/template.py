"""Templates, and how they put what they are given: as text, whoever wrote it."""

from collections.abc import Iterator
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mta_sts.words import many


def parts(template: str, **values: Any) -> Iterator[str]:
    """The page of a template, piece by piece."""
    return _ENVIRONMENT.get_template(template).generate(**values)


def share(part: int, whole: int) -> str:
    """`3.1 %`; what is little is never told as nothing, and what is not all never as all."""
    if not part or part == whole:
        return f"{100 if part else 0} %"
    percent = min(max(100 * part / whole, 0.1), 99.9)
    return f"{'< ' if 1000 * part < whole else ''}{percent:.1f} %"


def short(count: int) -> str:
    """A count with at most four digits: `950`, `12k`, `3.5M`, `4e+19`."""
    for size, unit in ((1, ""), (10**3, "k"), (10**6, "M"), (10**9, "G")):
        if count < 1000 * size:
            return f"{count / size:.3g}{unit}"
    return f"{count:.0e}"


def sentence(words: str) -> str:
    """Words that are put as a sentence."""
    return f"{words[:1].upper()}{words[1:].removesuffix('.')}."


def _shown(value: object) -> object:
    """A value without what would steer a terminal that it is copied to, or turn a line around."""
    if isinstance(value, str) and not isinstance(value, Markup) and not value.isprintable():
        return "".join(
            each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in value
        )
    return value


_ENVIRONMENT = Environment(
    loader=PackageLoader("mta_sts.pages"),
    autoescape=True,
    finalize=_shown,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters |= {
    "count": "{:,}".format,
    "many": many,
    "plural": lambda count, word: word if count == 1 else f"{word}s",
    "sentence": sentence,
    "share": share,
    "short": short,
}
