"""What `mta-sts suggest` says beside its YAML, for people at a terminal."""

from rich.console import Console

from mta_sts.suggestion.told import Suggestion


def show(made: Suggestion, console: Console) -> None:
    """Print what there is already, what has to be done first, and the steps of the deployment."""

    def say(line: str, style: str = "") -> None:
        console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)

    say(made.domain, "bold")
    for line in made.found:
        say(f"  {line}")
    if made.first:
        say("In the way:", "yellow")
    for line in made.first:
        say(f"  ! {line}", "yellow")
    if made.then:
        say("Step by step:")
    for number, line in enumerate(made.then, start=1):
        say(f"  {number}. {line}")
