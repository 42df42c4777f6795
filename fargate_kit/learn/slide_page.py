"""A page that shows slides: no network, no library; it can be read without its script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markdown_it import MarkdownIt

from fargate_kit.learn.picture import Picture

__all__ = ["slide_page"]

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1b1f24; font-family: system-ui, sans-serif;
  font-size: clamp(17px, 2.1vw, 30px); line-height: 1.4; }
main > section { padding: 4vh 6vw 9vh; border-bottom: 1px solid #d0d7de; }
h1 { line-height: 1.15; margin: 0 0 .7em; font-size: 1.5em; }
section:first-child > h1 { font-size: 1.9em; }
p, ul, table { margin: 0 0 .7em; }
ul { padding-left: 1.1em; }
li { margin: 0 0 .45em; }
code { font-family: ui-monospace, monospace; font-size: .88em; background: #eef1f4;
  padding: 0 .2em; border-radius: 3px; overflow-wrap: anywhere; }
pre { overflow: auto; font-size: .6em; }
pre code { background: none; }
table { border-collapse: collapse; font-size: .82em; }
th, td { text-align: left; vertical-align: top; padding: .25em 1em .25em 0;
  border-bottom: 1px solid #d0d7de; }
a { color: #0b5394; }
section > figure { zoom: 1.15; max-width: none !important; }
figure li { margin: 0; }
.notes { margin-top: 1.2em; padding: .5em .9em; background: #fff8ec; border-left: 4px solid #8a4b00;
  font-size: .68em; }
nav { display: none; }
.js nav { display: flex; gap: 8px; align-items: center; position: fixed; right: 14px; bottom: 10px;
  font-size: 14px; background: #fff; padding: 2px; }
.js nav button { font: inherit; color: #1b1f24; background: #f6f8fa; border: 1px solid #59636e;
  border-radius: 6px; padding: 3px 10px; }
.js main > section { display: none; border: 0; min-height: 100vh; }
.js main > section.here { display: block; }
.js .notes { display: none; }
.js.told .notes { display: block; }
@media print {
  body { font-size: 15pt; }
  .js main > section, main > section { display: block; min-height: 0; border: 0; padding: 0;
    break-after: page; break-inside: avoid; }
  .js .notes { display: block; }
  nav, .js nav { display: none; }
}
"""
_SCRIPT = """
(() => {
  const root = document.documentElement;
  const slides = [...document.querySelectorAll("main > section")];
  const place = document.getElementById("place");
  let here = 0;
  const go = (number) => {
    here = Math.min(Math.max(number, 0), slides.length - 1);
    slides.forEach((slide, each) => slide.classList.toggle("here", each === here));
    place.textContent = `${here + 1} of ${slides.length}`;
    history.replaceState(null, "", `#${here + 1}`);
    scrollTo(0, 0);
  };
  const tell = () => {
    const told = root.classList.toggle("told");
    document.getElementById("notes").setAttribute("aria-pressed", told);
  };
  const steps = {
    ArrowRight: () => go(here + 1), ArrowLeft: () => go(here - 1),
    PageDown: () => go(here + 1), PageUp: () => go(here - 1),
    Home: () => go(0), End: () => go(slides.length - 1), n: tell,
  };
  root.classList.add("js");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in steps)) return;
    event.preventDefault();
    steps[event.key]();
  });
  document.getElementById("before").onclick = () => go(here - 1);
  document.getElementById("after").onclick = () => go(here + 1);
  document.getElementById("notes").onclick = tell;
  addEventListener("hashchange", () => go(Number(location.hash.slice(1)) - 1 || 0));
  go(Number(location.hash.slice(1)) - 1 || 0);
})();
"""
# The page can ask nobody for anything, whatever stands in it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def slide_page(title: str, slides: Sequence[tuple[str, str, str, Picture | None]]) -> str:
    """Return the page, whole in itself.

    Args:
        slides: Of each its title, its body and its notes in Markdown, and its picture.
    """
    drawn = "\n".join(_slide(number, *slide) for number, slide in enumerate(slides))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<main>\n{drawn}\n</main>\n"
        '<nav aria-label="Slides"><button id="before" type="button">← Back</button>'
        '<span id="place" role="status"></span>'
        '<button id="after" type="button">Next →</button>'
        '<button id="notes" type="button" aria-pressed="false">Notes (N)</button></nav>\n'
        f"<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )


def _slide(number: int, title: str, body: str, notes: str, picture: Picture | None) -> str:
    # No HTML of a source is passed on: what looks like it is shown as it is written.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    words = markdown.render(body)
    told = f'<aside class="notes">{markdown.render(notes)}</aside>' if notes else ""
    drawn = picture.html if picture is not None else ""
    name = f"slide-{number + 1}"
    return (
        f'<section aria-labelledby="{name}">\n<h1 id="{name}">{escape(title)}</h1>\n'
        f"{words}{drawn}{told}\n</section>"
    )
