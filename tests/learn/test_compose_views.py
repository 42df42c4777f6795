"""Pictures of a Compose project: each line with its fate, marked on both sides, secrets masked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("ruamel.yaml")

import fargate_kit as fk
from fargate_kit.learn.checks import chapter_07
from fargate_kit.learn.compose_reading import compose_map_of
from fargate_kit.learn.showing import load_ipython_extension, show, unload_ipython_extension
from fargate_kit.learn.views.compose_map import VERDICTS, compose_map
from fargate_kit.learn.views.compose_plan import PlanList, PlannedThing, compose_plan_text

BLOG = """\
# The blog.
services:
  web:
    image: wordpress:6.8
    container_name: our-blog
    ports:
      - "8080:80"
    environment:
      WORDPRESS_DB_HOST: db.example.com
      WORDPRESS_DB_PASSWORD: hunter2
    logging:
      driver: json-file
      options: {max-size: 10m, max-file: "3"}

volumes:
  cache:
    driver_opts:
      type: none
"""
CHOICES = fk.compose.Choices(region="us-east-1")
SOURCE = Path(__file__).parents[2] / "notebooks" / "src" / "07_translate_a_compose_file.py"


def converted(folder: Path, *texts: str, name: str = "blog") -> fk.compose.Conversion:
    """Translate files of these texts."""
    files = []
    for number, text in enumerate(texts):
        file = folder / f"{number}.yaml"
        file.write_text(text, encoding="utf-8")
        files.append(file)
    wanted = fk.compose.ProjectFiles(files=files, name=name)
    return fk.compose.convert(wanted, choices=CHOICES)


def test_every_line_has_the_fate_of_its_key(tmp_path: Path) -> None:
    """A line without a key goes with the one that it continues; comments have none."""
    (file,) = compose_map_of(converted(tmp_path, BLOG)).files
    fates = {line.number: line.verdict for line in file.lines}
    assert [line.text for line in file.lines][:4] == BLOG.splitlines()[:4]
    assert fates[1] == fates[14] == ""
    assert fates[4] == "mapped"
    assert fates[5] == "ignored"
    assert fates[6] == fates[7] == "altered"
    assert set(fates.values()) <= {*VERDICTS, ""}


def test_field_says_where_it_comes_from_and_what_it_holds(tmp_path: Path) -> None:
    """The ports are one field of two lines; what is ignored for one reason is told once."""
    mapped = compose_map_of(converted(tmp_path, BLOG))
    fields = {field.name: field for field in mapped.fields}
    ports = fields["containerDefinitions[web].portMappings"]
    assert ports.places == ((0, 6), (0, 7))
    assert ports.value == '[{"containerPort": 80}]'
    assert "8080 becomes 80" in ports.reasons[0]
    assert fields["containerDefinitions[web].image"].value == "wordpress:6.8"
    host = fields["containerDefinitions[web].environment[WORDPRESS_DB_HOST]"]
    assert host.value == "db.example.com"
    assert fields["services.web.logging.options"].places == ((0, 13),)
    assert "services.web.logging.options.max-size" not in fields
    assert "log group /ecs/blog in us-east-1" in mapped.filled


def test_every_key_is_in_the_picture(tmp_path: Path) -> None:
    """What the report has a verdict for has a line and a field."""
    conversion = converted(tmp_path, BLOG)
    mapped = compose_map_of(conversion)
    shown = {place for field in mapped.fields for place in field.places}
    assert {(0, finding.place.line) for finding in conversion.report} <= shown
    drawn = compose_map(mapped)
    for line in mapped.files[0].lines:
        classes = re.findall(rf'class="[^"]*\bf0l{line.number}\b', drawn)
        assert len(classes) >= 2 if line.verdict else not classes


def test_pointing_marks_both_sides_by_style_alone(tmp_path: Path) -> None:
    """Each line has a rule for the pointer and one for the keyboard, within its own picture."""
    mapped = compose_map_of(converted(tmp_path, BLOG))
    drawn = compose_map(mapped)
    (name,) = set(re.findall(r'id="(map-\w+)"', drawn))
    assert f"#{name}:has(.f0l7:hover) .f0l7" in drawn
    assert f"#{name}:has(.f0l7:focus) .f0l7" in drawn
    assert drawn.count('tabindex="0"') == len(mapped.fields) + sum(
        bool(line.verdict) for line in mapped.files[0].lines
    )
    other = compose_map(compose_map_of(converted(tmp_path, BLOG.replace("6.8", "6.9"))))
    assert name not in other


def test_secrets_are_masked_on_both_sides(tmp_path: Path) -> None:
    """A picture may be committed with its notebook; a password in it would be told to everybody."""
    picture = show(converted(tmp_path, BLOG))
    assert "hunter2" not in picture.html + picture.text
    assert "WORDPRESS_DB_PASSWORD" in picture.html


def test_file_that_has_changed_is_shown_by_its_keys(tmp_path: Path) -> None:
    """Lines that are no longer those that were judged are not shown beside the verdicts."""
    conversion = converted(tmp_path, BLOG)
    (tmp_path / "0.yaml").write_text("something: else\n", encoding="utf-8")
    (file,) = compose_map_of(conversion).files
    texts = {line.number: line.text for line in file.lines}
    assert texts[4] == "    image:"
    assert 7 not in texts
    (tmp_path / "0.yaml").unlink()
    assert compose_map_of(conversion).files == (file,)


def test_files_laid_over_each_other_are_told_apart(tmp_path: Path) -> None:
    """Each place names its file, and what was replaced says where."""
    over = "services:\n  web:\n    environment:\n      WORDPRESS_DB_HOST: 127.0.0.1\n"
    text = show(converted(tmp_path, BLOG, over)).text
    assert "1.yaml line 4 ● mapped: containerDefinitions[web].environment[WORDPRESS_DB" in text
    assert "0.yaml line 9 ○ ignored: services.web.environment.WORDPRESS_DB_HOST" in text


def test_refusal_is_told_at_its_line_and_stops_the_plan(tmp_path: Path) -> None:
    """Where there is no plan, the picture says why, and values are not invented."""
    conversion = converted(tmp_path, BLOG + "x-a: 1\nsecrets: [\n")
    assert "No plan, because" in show(conversion).html
    conversion = converted(tmp_path, BLOG.replace("6.8", "6.8\n    devices: [/dev/snd]"))
    assert "line 5 ✗ refused: services.web.devices" in show(conversion).text
    assert all(not field.value for field in compose_map_of(conversion).fields)


def test_notebook_shows_a_translation_and_a_plan(tmp_path: Path) -> None:
    """A cell that ends with one shows its picture, and text again after unloading."""
    formatters = pytest.importorskip("IPython.core.formatters")
    formatter = formatters.DisplayFormatter()
    shell = type("Shell", (), {"display_formatter": formatter})()
    conversion = converted(tmp_path, BLOG)
    load_ipython_extension(shell)
    for thing in (conversion, conversion.check()):
        assert "<figure" in formatter.format(thing)[0]["text/html"]
    unload_ipython_extension(shell)
    assert "text/html" not in formatter.format(conversion)[0]
    assert "container web (wordpress:6.8)" in show(conversion.check()).text


async def test_what_up_would_do_and_what_runs_are_shown(tmp_path: Path, aws: fk.Connection) -> None:
    """The list says what is to be made; afterwards everything is unchanged, and tasks run."""
    plan = converted(tmp_path, BLOG).check()
    before = show(await plan.compare(aws, cluster="blog"))
    assert before.text.startswith("blog in cluster blog, us-east-1: 4 to make")
    project = await plan.up(aws, cluster="blog")
    assert "service blog (ACTIVE): 1 of 1 tasks run" in show(project).text
    after = show(await plan.compare(aws, cluster="blog"))
    assert "4 unchanged" in after.text
    await project.down(logs=True)
    assert "no service runs" in show(await project.refresh()).text


def test_thing_says_what_is_to_come_and_what_was_done() -> None:
    """The same thing is `to make`, then `under way`, then `made`; a failure says so."""

    def told(progress: str) -> str:
        thing = PlannedThing(kind="cluster", name="blog", action="make", progress=progress)
        return compose_plan_text(PlanList(project="blog", things=(thing,))).splitlines()[1].strip()

    assert told("") == "+ to make: cluster blog"
    assert told("begins") == "◔ under way: cluster blog"
    assert told("done") == "✔ made: cluster blog"
    assert told("failed") == "✘ failed: cluster blog"


def test_verdicts_of_the_chapter_are_those_of_its_file(tmp_path: Path) -> None:
    """What the check of 7.2 takes for right is what the translation says of the notebook's file."""
    source = SOURCE.read_text(encoding="utf-8")
    found = re.search(r'laptop = """\n(.*?)"""', source, re.DOTALL)
    assert found is not None
    conversion = converted(tmp_path, found[1])
    said = {
        finding.key: str(finding.verdict)
        for finding in conversion.report
        if finding.path.startswith("services.web.") and finding.depth == 2
    }
    assert {key: said[key] for key in chapter_07.VERDICTS} == chapter_07.VERDICTS
    assert len(set(chapter_07.VERDICTS.values())) == 3


def _contrast(ink: str, ground: str) -> float:
    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
        parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_verdict_can_be_read_on_every_ground(verdict: str) -> None:
    """WCAG asks for 4.5, on the verdict's own ground and on that of what is pointed at."""
    _, ink, ground = VERDICTS[verdict]
    assert _contrast(ink, ground) >= 4.5
    assert _contrast(ink, "#fff3b0") >= 4.5
