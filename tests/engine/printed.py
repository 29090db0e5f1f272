"""What `pulumi preview` prints, taken apart."""

import re
from collections import Counter

ROW = re.compile(r"(?P<sign>.{3}) (?P<type>\S+:\S+) (?P<name>\S+)(?P<rest>.*)")
HEAD = re.compile(r"  (?P<type>\S+:\S+) \((?P<name>\S+)\):")
DOMAIN = "mta-sts:index:MtaSts"
STACK = " pulumi:pulumi:Stack "
CLOCK = "the clock stands still at"
BUSY = re.compile(r"@ (previewing|updating).*")
STOPPED = "nothing was changed"


class Printed:
    """The rows of resources, the messages below, and the rest, of the text of one run."""

    def __init__(self, text: str) -> None:
        rows, _, after = text.partition("Diagnostics:\n")
        self.rows = [line for line in rows.splitlines() if ROW.match(line)]
        """The lines of resources; one stands there again each time that it changes."""
        self.messages: dict[tuple[str, str], list[str]] = {}
        """By type and name, what is said of a resource."""
        said: list[str] = []
        lines = iter(after.splitlines())
        self.rest: list[str] = []
        for line in lines:
            if head := HEAD.fullmatch(line):
                said = self.messages.setdefault((head["type"], head["name"]), [])
            elif line.startswith("    ") and not self.rest:
                said.append(line.strip())
            elif line.strip() or self.rest:
                self.rest.append(line)

    @property
    def domains(self) -> dict[str, list[str]]:
        """By domain, what is said of it."""
        return {name: said for (type_, name), said in self.messages.items() if type_ == DOMAIN}

    @property
    def repeated(self) -> list[str]:
        """The messages that stand there more than once, of whatever resource."""
        count = Counter(line for said in self.messages.values() for line in said if line)
        return [line for line, times in count.items() if times > 1]


def normal(text: str, names: dict[str, str]) -> str:
    """The text without what differs from run to run: how long it took, the order in which
    resources come, and `names`."""
    for name, called in names.items():
        text = text.replace(name, called)
    text = re.sub(r"\b[a-z0-9]{13,14}\.cloudfront\.net", "<host>.cloudfront.net", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:<port>", text)
    text = "".join(line for line in text.splitlines(keepends=True) if CLOCK not in line)
    text = re.sub(r"(?<=1 warning); \d+ messages?", "", text)  # which are about the clock
    rows, mark, after = text.partition("Diagnostics:\n")
    head, *table = [line.rstrip() for line in rows.splitlines() if not BUSY.match(line)]
    if STOPPED in text:  # how far the engine had come by then differs
        table = [line for line in table if f" {DOMAIN} " in line or STACK in line]
        after = re.split(r"(?m)^(?:Outputs|Resources):$", after)[0]
    stack = [line for line in table if STACK in line]
    table = [line for line in table if line not in stack[:-1]]  # what it said stands below
    table.sort(key=_resource)
    blocks = [block.rstrip() for block in re.split(r"\n+(?=\n\S|\n  \S+:\S+ \()", f"\n{after}")]
    blocks = [block.removeprefix("\n") for block in blocks]
    messages = sorted(block.replace("\n\n", "\n") for block in blocks if HEAD.match(block))
    others = [block.strip("\n") for block in blocks if not HEAD.match(block)]
    return "\n".join([head, *filter(None, table), mark.strip(), *messages, *others]).strip()


def _resource(line: str) -> tuple[str, str]:
    row = ROW.match(line)
    return (row["type"], row["name"]) if row else ("", "")
