"""docs/bench/domains.json as a plot. Runs where matplotlib is: `.venv-bench`."""

import json

import matplotlib as mpl  # type: ignore[import-not-found]
import matplotlib.pyplot as plt  # type: ignore[import-not-found]

from benches.measured import PAGES

NAMES = {
    "ours": "MtaSts and CloudFrontHost",
    "empty": "by hand, in empty components",
    "bare": "by hand",
    "module": "a distribution for each domain",
}
SIZE = (10, 4.2)  # inches


def main() -> None:
    """Draw CPU of a preview and time of the first `up`, on CloudFront and Route 53."""
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "domains", "font.size": 10})
    found = [
        each
        for each in json.loads((PAGES / "domains.json").read_text())
        if (each["shape"]["host"], each["shape"]["zone"]) == ("cloudfront", "route53")
    ]
    figure, (left, right) = plt.subplots(1, 2, figsize=SIZE, layout="constrained")
    for shape, name in NAMES.items():
        rows = [each for each in found if each["shape"]["name"] == shape]
        counts = [each["count"] for each in rows]
        cpu = [each["preview"]["engine"] + each["preview"]["program"] for each in rows]
        left.plot(counts, cpu, marker="o", label=name)
        right.plot(counts, [each["first"]["wall"] for each in rows], marker="o", label=name)
    left.set_title("Preview without a change: CPU, s")
    right.set_title("First up: time, s")
    for axes in (left, right):
        axes.set(xscale="log", yscale="log", xlabel="domains")
        axes.grid(visible=True, alpha=0.3)
    left.legend(frameon=False)
    figure.savefig(PAGES / "domains.svg", metadata={"Date": None}, facecolor="white")


if __name__ == "__main__":
    main()
