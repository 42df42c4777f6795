"""What it costs: an hour, until now, and a month of forgetting, against a limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape

from fargate_kit.learn.views.frame import INK, LINE, SIMULATED, empty, figure, svg, text
from fargate_kit.model.pricing import dollars

__all__ = ["CostMeter", "SpendingLine", "cost_meter", "cost_meter_text"]

WARNED_FROM = Decimal("0.8")
"""From what part of the limit on the bar warns."""
WIDTH, BAR = 640.0, 26.0
_CELL = "padding:3px 12px 3px 0;text-align:left;vertical-align:top"
_NUMBER = "padding:3px 12px 3px 0;text-align:right;vertical-align:top"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingLine:
    """All of one kind; amounts are dollars.

    Attributes:
        count: How many of it go on; 0 where only its past is paid for.
    """

    what: str
    count: int
    per_hour: Decimal
    so_far: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CostMeter:
    """What the meter shows; amounts are dollars.

    Attributes:
        per_month: For 30 days of what goes on now.
        as_of: The date of the prices; None where none are known.
        source: Where the prices are from.
        uncounted: What is not in it, each in words.
        limit: How much it may cost until now; None is no limit.
    """

    per_hour: Decimal
    so_far: Decimal
    per_month: Decimal
    as_of: date | None
    source: str
    uncounted: tuple[str, ...] = ()
    lines: tuple[SpendingLine, ...] = ()
    limit: Decimal | None = None
    badge: str | None = None


def cost_meter_text(meter: CostMeter) -> str:
    """Say what it costs, what it is held against, and what is not counted."""
    parts = [
        f"{dollars(meter.per_hour)} an hour now, {_past(meter)} {dollars(meter.so_far)} so far, "
        f"{dollars(meter.per_month)} if you forget it for 30 days"
    ]
    if meter.limit is not None:
        parts.append(_verdict(meter.so_far, meter.limit))
    parts.append(f"not counted: {'; '.join(meter.uncounted) or 'nothing is known of'}")
    return ". ".join(parts)


def cost_meter(meter: CostMeter) -> str:
    """Show the three sums, the limit as a bar with a word, the lines, and what is not counted."""
    sums = "".join(
        f'<div style="min-width:150px"><div style="font-size:20px;font-weight:600">'
        f"{escape(dollars(amount))}</div><div>{escape(words)}</div></div>"
        for amount, words in (
            (meter.per_hour, "an hour, as it runs now"),
            (meter.so_far, f"{_past(meter)} so far"),
            (meter.per_month, "if you forget it for 30 days"),
        )
    )
    body = (
        f'<div role="status" style="display:flex;gap:24px;flex-wrap:wrap">{sums}</div>'
        f"{_bar(meter)}{_table(meter)}{_small_print(meter)}"
    )
    return figure(body, caption=_caption(meter), badge=meter.badge)


def _caption(meter: CostMeter) -> str:
    return "What this would cost" if meter.badge == SIMULATED else "What this costs"


def _past(meter: CostMeter) -> str:
    return "would have cost" if meter.badge == SIMULATED else "has cost"


def _verdict(so_far: Decimal, limit: Decimal) -> str:
    """Hold a sum against a limit, in words."""
    word = "over the limit"
    if so_far < limit * WARNED_FROM:
        word = "within the limit"
    elif so_far <= limit:
        word = "close to the limit"
    share = f"{so_far / limit:.0%}" if limit else "more than all" if so_far else "nothing"
    return f"{word}: {share} of {_whole_cents(limit)}"


def _whole_cents(amount: Decimal) -> str:
    """Write an amount that somebody has chosen without places that say nothing."""
    return f"${amount:,.2f}" if amount == round(amount, 2) else dollars(amount)


def _bar(meter: CostMeter) -> str:
    if meter.limit is None:
        return ""
    words = _verdict(meter.so_far, meter.limit)
    colour = {"within": "#146c2e", "close": "#8a4b00"}.get(words.partition(" ")[0], "#8a1c1c")
    part = min(Decimal(1), meter.so_far / meter.limit) if meter.limit else Decimal(1)
    warned = WIDTH * float(WARNED_FROM)
    parts = [
        f'<rect x="1" y="1" width="{WIDTH - 2:g}" height="{BAR - 2:g}" rx="5" fill="#fff" '
        f'stroke="{LINE}"/>',
        f'<rect x="1" y="1" width="{(WIDTH - 2) * float(part):g}" height="{BAR - 2:g}" rx="5" '
        f'fill="{colour}"/>',
        f'<path d="M{warned:g} 1 V{BAR - 1:g}" stroke="{INK}" stroke-dasharray="3 3"/>',
        text(2, BAR + 16, words, size=12.5, colour=colour, weight="600"),
    ]
    return f'<div style="margin-top:10px">{svg(WIDTH, BAR + 22, words, parts)}</div>'


def _table(meter: CostMeter) -> str:
    if not meter.lines:
        words = "Nothing that is known to cost something runs."
        return f'<div style="margin-top:10px">{empty(words)}</div>'
    rows = "".join(
        f'<tr><td style="{_NUMBER}">{each.count}</td><td style="{_CELL}">{escape(each.what)}</td>'
        f'<td style="{_NUMBER}">{escape(dollars(each.per_hour))}</td>'
        f'<td style="{_NUMBER}">{escape(dollars(each.so_far))}</td></tr>'
        for each in meter.lines
    )
    heads = "".join(
        f'<th scope="col" style="{style}">{words}</th>'
        for words, style in (
            ("how many", _NUMBER),
            ("of what", _CELL),
            ("an hour", _NUMBER),
            ("so far", _NUMBER),
        )
    )
    return (
        '<table style="border-collapse:collapse;font-size:13px;margin-top:10px" '
        f'aria-label="Costs by kind"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _small_print(meter: CostMeter) -> str:
    when = f"Prices of {meter.as_of}: {meter.source}." if meter.as_of else f"{meter.source}."
    items = "".join(f"<li>{escape(each)}</li>" for each in meter.uncounted)
    missing = (
        f'<p style="margin:8px 0 0"><b>Not counted:</b></p><ul style="margin:2px 0 0">{items}</ul>'
        if items
        else ""
    )
    return (
        f'<div style="font-size:12.5px">{missing}<p style="margin:8px 0 0">'
        f"{escape(when)} An estimate by list prices, never a bill.</p></div>"
    )
