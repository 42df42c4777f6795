"""What a container finds in its environment: variables, files of them, labels, secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fargate_kit.compose.dotenv import parse_variables
from fargate_kit.compose.drafts import Draft, Workshop
from fargate_kit.compose.merging import as_table
from fargate_kit.compose.reading import read_text
from fargate_kit.compose.sources import shown_path
from fargate_kit.compose.tree import Found, Items, Scalar
from fargate_kit.errors import InvalidSpec

__all__ = ["translate_variables"]

# A host in a value: before a port, or after // or @ as in a URL.
_ADDRESS = re.compile(
    r"(?:(?<=//)|(?<=@)|(?<=,)|^)([A-Za-z0-9][A-Za-z0-9._-]*)(?=:\d)|"
    r"(?:(?<=//)|(?<=@))([A-Za-z0-9][A-Za-z0-9._-]*)",
    re.ASCII,
)
_MEANS_HOST = re.compile(r"HOST|ADDR|SERVER|ENDPOINT|URL|URI|BROKER")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def translate_variables(draft: Draft, shop: Workshop) -> None:
    """Translate variables, labels and secrets."""
    for item in _listed(draft.get("env_file")):
        draft.environment.update(_from_file(item, shop))
    for name, entry in _pairs(draft.get("environment")):
        _variable(name, entry, draft, shop)
    labels: dict[str, str] = {}
    for item in _listed(draft.get("label_file")):
        labels.update(_from_file(item, shop))
    labels.update({name: entry.text for name, entry in _pairs(draft.get("labels"))})
    if labels:
        draft.api["dockerLabels"] = labels
    for item in _listed(draft.get("secrets")):
        _secret(item, draft, shop)


def _variable(name: str, entry: Found, draft: Draft, shop: Workshop) -> None:
    if not name or "=" in name:
        shop.ledger.refused(entry, "a variable needs a name", rule="variable")
        return
    if not entry.is_null:
        draft.environment[name] = entry.text
        _names_a_service(name, entry, draft, shop)
    elif shop.ledger.has(entry):
        draft.environment.pop(name, None)  # its value cannot be read, which is said already
    elif name in shop.project.variables:
        draft.environment[name] = shop.project.variables[name]
        shop.ledger.mapped(entry, "environment", "its value is that of this shell, as of now")
    else:
        draft.environment.pop(name, None)
        shop.ledger.altered(entry, "it is not set in this shell, so the container does not get it")


def _names_a_service(name: str, entry: Found, draft: Draft, shop: Workshop) -> None:
    """Say where a value is the name of another service that will not be known."""
    hosts = [first or second for first, second in _ADDRESS.findall(entry.text)]
    if _MEANS_HOST.search(name.upper()):
        hosts.append(entry.text)
    named = [host for host in hosts if host in shop.drafts and host != draft.name]
    if not shop.one_task:
        named = [
            each
            for each in named
            if not (shop.drafts[each].get("ports") or shop.drafts[each].get("expose"))
        ]
    if named:
        why = (
            "within one task the name is not known: it is at localhost"
            if shop.one_task
            else "Service Connect knows only services with `ports:` or `expose:`"
        )
        text = f"it names the service {named[0]}, and {why}"
        shop.ledger.mapped(entry, "environment", text)
        shop.ledger.caution(f"{entry.place}: {draft.name}: {name}: {text}")


def _from_file(item: Found, shop: Workshop) -> Iterator[tuple[str, str]]:
    """Yield the variables of a file that a service names."""
    named = item if isinstance(item.node, Scalar) else item.get("path")
    if named is None:
        shop.ledger.refused(item, "it names no file", "give `path:`", rule="env-file")
        return
    required, form = item.get("required"), item.get("format")
    path = Path(shop.project.sources.directory_of(item.place.file)) / named.text
    if not path.exists() and required is not None and not required.is_true:
        shop.ledger.altered(item, f"{named.text} is not there, and need not be")
        return
    try:
        text = read_text(str(path), subject=item.path)
        found = parse_variables(
            shown_path(path),
            text,
            shop.project.variables,
            raw=form is not None and form.text == "raw",
        )
    except InvalidSpec as error:
        for problem in error.problems:
            if problem.rule == "compose-file":
                reason = problem.message.rpartition(": ")[2]
                shop.ledger.refused(item, f"{named.text}: {reason}", rule="env-file")
            else:
                shop.ledger.problem(problem)
        return
    for name, value in found.items():
        if value is not None:
            yield name, value


def _secret(item: Found, draft: Draft, shop: Workshop) -> None:
    source = item if isinstance(item.node, Scalar) else item.get("source")
    if source is None:
        shop.ledger.refused(item, "it names no secret", "give `source:`", rule="secret")
        return
    top = shop.project.root.get("secrets")
    declared = top.named(source.text) if top else None
    if declared is None:
        shop.ledger.refused(
            item,
            f"there is no secret {source.text!r}",
            "declare it below `secrets:`",
            rule="secret",
        )
        return
    arn = _reference(declared, item, shop)
    if arn is None:
        return
    target = item.get("target")
    name = target.text.rpartition("/")[2] if target else source.text
    name = name if _VARIABLE.fullmatch(name) else re.sub(r"[^A-Za-z0-9_]", "_", name)
    keys = [each.text for each in _listed(declared.get("x-aws-keys"))]
    if keys:
        for key in keys:
            draft.secrets[key] = f"{arn}:{key}::"
        names = ", ".join(keys)
    else:
        draft.secrets[name] = arn
        names = name
    shop.ledger.altered(
        item, f"it comes as variable {names}, not as the file /run/secrets/{source.text}", "secrets"
    )


def _reference(declared: Found, item: Found, shop: Workshop) -> str | None:
    """Return the ARN or name of a secret that is kept at AWS; None, with a problem, otherwise."""
    external, named = declared.get("external"), declared.get("name")
    inner = external.get("name") if external else None
    if external is not None and (external.is_true or inner is not None):
        said = inner or named
        return said.text if said else declared.key
    if named is not None and named.text.startswith("arn:"):
        return named.text
    kind = declared.get("file") or declared.get("environment") or declared
    shop.ledger.refused(
        item,
        f"the secret is kept on this machine, at {kind.place}",
        "store it in Secrets Manager, and declare it with `external: true` and its ARN as `name:`",
        rule="secret",
    )
    shop.ledger.refused_too(kind, "a service uses it, and it is kept on this machine")
    return None


def _listed(found: Found | None) -> list[Found]:
    if found is None:
        return []
    return [found] if not isinstance(found.node, Items) else list(found.items())


def _pairs(found: Found | None) -> Iterator[tuple[str, Found]]:
    """Yield names and values of a mapping or of a list of NAME=value."""
    if found is None:
        return
    table = as_table(found.node)
    if not isinstance(found.node, Items):
        for entry in found.entries():
            yield entry.key, entry
        return
    whole = Found(
        path=found.path, pattern=found.pattern, places=found.places, node=table, key=found.key
    )
    for entry in whole.entries():
        yield (
            entry.key,
            Found(
                path=entry.path,
                pattern=entry.pattern,
                places=entry.places,
                node=entry.node,
                key=entry.key,
                owner=found,
            ),
        )
