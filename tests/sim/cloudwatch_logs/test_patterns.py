"""Filter patterns find what AWS's documentation says they find, and refuse what makes no sense."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_kit.sim.cloudwatch_logs.patterns import InvalidPattern, compile_pattern

ACCESS = '10.0.3.7 - lea [12/Mar/2026:08:15:00 +0100] "GET /menu/today.html HTTP/1.1" 404 5120'
ORDER = json.dumps({
    "kind": "OrderPlaced",
    "from": "203.0.113.9",
    "items": ["tea", "green cups"],
    "lines": [{"sku": "t-1", "count": 2}, {"sku": "c-9", "count": 12}],
    "grid": [[1, 2], [3, 4]],
    "total": 49.5,
    "retries": 0,
    "status": 404,
    "code": "404",
    "shop": {"id": 7, "city": "Ghent"},
    "coupon": None,
    "paid": True,
    "gift": False,
    "shop.region": "west",
    "x-trace": "ab12",
})

TEXT = [
    ("", "anything at all", True),
    ("   ", "anything at all", True),
    ('" "', "nospacehere", True),
    ("FATAL", "[FATAL] disk is full", True),
    ("FATAL", "[fatal] disk is full", False),
    ("FATAL", "exit with FATALITY 3", True),
    ("disk full", "the disk is full", True),
    ("disk full", "full is the disk", True),
    ("disk full", "the disk is empty", False),
    ('"disk full"', "the disk is full", False),
    ('"is full"', "the disk is full", True),
    ('"[FATAL]" disk', "[FATAL] disk is full", True),
    ('"[FATAL]"', "FATAL disk is full", False),
    ("disk -full", "the disk is empty", True),
    ("disk -full", "the disk is full", False),
    ('disk -"is full"', "the disk is full", False),
    ("-DEBUG", "INFO ready", True),
    ("-DEBUG", "DEBUG ready", False),
    ("-DEBUG -TRACE", "TRACE in", False),
    ("?WARN ?FATAL", "WARN slow", True),
    ("?WARN ?FATAL", "FATAL dead", True),
    ("?WARN ?FATAL", "INFO fine", False),
    ('?"is full" ?slow', "the disk is full", True),
    ("?WARN ?FATAL disk", "INFO disk found", True),
    ("?WARN -disk", "INFO cpu found", True),
    ("?WARN -disk", "WARN disk lost", False),
    ('"\\"level\\":\\"error\\""', '{"level":"error"}', True),
    ('"a \\\\ b"', "a \\ b", True),
    ("e_404", "code e_404", True),
    ("%FATAL%", "UNFATALLY", True),
    ("%^FATAL%", "it is FATAL", False),
    ("%full$%", "the disk is full", True),
    ("%colou?r%", "a color", True),
    ("%d[iu]sk%", "dusk", True),
    ("%[0-9]{3,4}%", "took 125 ms", True),
    ("%[0-9]{3,4}%", "took 25 ms", False),
    ("%gray|grey%", "grey", True),
    (r"%10\.0\.0\.1%", "from 10.0.0.1", True),
    (r"%10\.0\.0\.1%", "from 10a0b0c1", False),
    (r"%\[.\]%", "[7]", True),
    (r"%\d\s\w%", "7 x", True),
    (r"%\D\S\W%", "ab!", True),
    (r"%\x28\d+\x29%", "line (42)", True),
    ("%ab*c%", "ac", True),
    ("%ab+c%", "ac", False),
    ("disk %[Ff]ull% -spare", "the disk is Full", True),
]
JSON = [
    ('{ $.kind = "OrderPlaced" }', ORDER, True),
    ("{ $.kind = OrderPlaced }", ORDER, True),
    ("{$.kind=OrderPlaced}", ORDER, True),
    ('{ $.kind = "orderplaced" }', ORDER, False),
    ('{ $.kind != "OrderPlaced" }', ORDER, False),
    ('{ $.kind = "Order*" }', ORDER, True),
    ("{ $.kind = *Placed }", ORDER, True),
    ("{ $.kind = *rPl* }", ORDER, True),
    ("{ $.kind = Order*Placed }", ORDER, False),
    ("{ $.kind = * }", ORDER, True),
    ('{ $.kind = "*" }', ORDER, True),
    ("{ $.nothing = * }", ORDER, False),
    ("{ $.from != 198.51.* }", ORDER, True),
    ("{ $.from = 203.0.113.* }", ORDER, True),
    ('{ $.items[0] = "tea" }', ORDER, True),
    ('{ $.items[1] = "green cups" }', ORDER, True),
    ('{ $.items[2] = "tea" }', ORDER, False),
    ('{ $.items = "tea" }', ORDER, False),
    ('{ $.items != "tea" }', ORDER, False),
    ('{ $.shop = "Ghent" }', ORDER, False),
    ("{ $.lines[1].count = 12 }", ORDER, True),
    ("{ $.lines[1].count > 11.5 }", ORDER, True),
    ("{ $.grid[1][0] = 3 }", ORDER, True),
    ("{ $.shop.id = 7 }", ORDER, True),
    ("{ $.total >= 49.5 }", ORDER, True),
    ("{ $.total < 49.5 }", ORDER, False),
    ("{ $.total <= +4.95e1 }", ORDER, True),
    ("{ $.retries = 0 }", ORDER, True),
    ("{ $.retries != 0 }", ORDER, False),
    ("{ $.status = 4* }", ORDER, True),
    ("{ $.status = 404.0 }", ORDER, True),
    ('{ $.status = "404" }', ORDER, False),
    ("{ $.code = 404 }", ORDER, True),
    ("{ $.code > 400 }", ORDER, False),
    ("{ $.coupon IS NULL }", ORDER, True),
    ("{ $.kind IS NULL }", ORDER, False),
    ("{ $.paid IS TRUE }", ORDER, True),
    ("{ $.gift IS FALSE }", ORDER, True),
    ("{ $.gift IS TRUE }", ORDER, False),
    ("{ $.retries IS FALSE }", ORDER, False),
    ("{ $.refund NOT EXISTS }", ORDER, True),
    ("{ $.coupon NOT EXISTS }", ORDER, False),
    ("{ $.['shop.region'] = west }", ORDER, True),
    ("{ $.x-trace = ab12 }", ORDER, True),
    ("{ $.kind = %Placed$% }", ORDER, True),
    ("{ $.kind != %Placed$% }", ORDER, False),
    ("{ $.items[*] = %cup.% }", ORDER, True),
    ("{ $.lines[*].count > 10 }", ORDER, True),
    ("{ $.lines[*].count > 12 }", ORDER, False),
    (r"{ $.* = %203\.0\.113\.[0-9]{1,3}% }", ORDER, True),
    ("{ ($.shop.id = 7) && ($.paid IS TRUE) }", ORDER, True),
    ("{ $.shop.id = 7 && $.paid IS FALSE }", ORDER, False),
    ("{ $.shop.id = 7 || $.kind = x && $.code = y }", ORDER, True),
    ("{ ($.shop.id = 7 || $.kind = x) && $.code = y }", ORDER, False),
    ("{ $.kind = x || (($.total > 1)) }", ORDER, True),
    ("{ $.kind = * }", "OrderPlaced", False),
    ("{ $.kind = * }", '["kind"]', False),
    ("{ $.kind = * }", f"2026-03-12 {ORDER}", False),
    ("{ $.n = * }", '{"n": NaN}', False),
    ("{ $.n NOT EXISTS }", "no JSON", False),
    ('{ $.word = "Ü*" }', '{"word": "Übung"}', True),
]
DELIMITED = [
    ("[]", ACCESS, True),
    ("[ip, user, name, time, request, status, bytes]", ACCESS, True),
    ("[ip, user, name, time, request, status, bytes, more]", ACCESS, False),
    ("[ip, user, name, time, request, status = 404, bytes]", ACCESS, True),
    ("[ip, user, name, time, request, status = 4*, bytes > 5000]", ACCESS, True),
    ("[ip, user, name, time, request, status = 4*, bytes > 6000]", ACCESS, False),
    ("[..., status = 4*, bytes]", ACCESS, True),
    ("[..., request = *.html*, status = 4*,]", ACCESS, True),
    ("[..., status != 404, bytes]", ACCESS, False),
    ("[ip, ..., status = 404, bytes]", ACCESS, True),
    ("[ip = 10.0.*, ...]", ACCESS, True),
    ("[ip = 10.1.*, ...]", ACCESS, False),
    (r"[ip = %^10\.0\.[0-9]\.%, user, name, ...]", ACCESS, True),
    ('[ip, user, name, time = "12/Mar/2026*", ...]', ACCESS, True),
    ('[ip, user, name, time, request = "GET /menu/today.html HTTP/1.1", ...]', ACCESS, True),
    ("[..., status = 404 || status = 410, bytes]", ACCESS, True),
    ("[..., status = 4* && status != 404, bytes]", ACCESS, False),
    ("[..., (status = 500 || status = 404) && status != 403, bytes]", ACCESS, True),
    ("[..., status = 404.0, bytes]", ACCESS, True),
    ("[..., status != 404.0, bytes]", ACCESS, False),
    ("[w1=FATAL, w2]", "FATAL the disk is full", True),
    ("[w1=FATAL, w2]", "INFO the disk is full", False),
    ("[w1=FATAL, w2]", "FATAL", False),
    ("[w1=FATAL]", "FATAL the disk is full", False),
    ("[w1=FATAL, w2=*full]", "FATAL the disk is full", True),
    ("[w1=FATAL||w1=%WARN%, w2]", "PREWARNING the disk is full", True),
    ("[w1!=FATAL && w1!=WARN, w2]", "INFO the disk", True),
    ("[w1!=FATAL && w1!=WARN, w2]", "WARN the disk", False),
    ("[level, ms > 100, rest]", "INFO 99 done", False),
    ("[level, ms > 100, rest]", "INFO fast done", False),
    ("[level, ms <= 1e2, rest]", "INFO 99 done", True),
    ('[time=*Z, id="*-*", text]', "2026-03-12T08:15:00Z 7f-3 all is well", True),
    ("[a, b]", "", False),
]
INVALID = [
    ("disk-full", r"Invalid character\(s\) in term 'disk-full'"),
    ("time:12", r"Invalid character\(s\) in term 'time:12'"),
    ("?", r"Invalid character\(s\) in term"),
    ("- full", r"Invalid character\(s\) in term"),
    ('"disk" "full', "a closing \" is expected at position 8, not '\"full'"),
    ("{ $.a =", "it must end with"),
    ("[a > ]", "a value is expected at position 6, not ']'"),
    ('"disk"full', r"Invalid character\(s\) in term"),
    ("%disk", "a closing % is expected at position 1, not '%disk'"),
    ("%disk!%", "character '!' is not supported"),
    ("%(disk)%", r"character '\(' is not supported"),
    (r"%\(disk%", r"escape sequence \\\( is not supported"),
    (r"%\q%", "escape sequence"),
    ("%[a%", "no regular expression"),
    ("%%", "empty"),
    ("%süß%", "not supported"),
    ("{ $.a = 1", r"^If a filter pattern starts with '\{' it must end with '\}'$"),
    ("[a, b", r"^If a filter pattern starts with '\[' it must end with '\]'$"),
    ("{}", "a property selector such as"),
    ("{ a = 1 }", "a property selector such as"),
    ("{ $ = 1 }", "the name of a property"),
    ("{ $.a. = 1 }", "the name of a property"),
    ("{ $[0] = 1 }", "the name of a property"),
    ('{ $.["a.b"] = 1 }', "the name of a property"),
    ("{ $.a }", "one of = != < > <= >= is expected at position 7"),
    ("{ $.a EXISTS }", "one of ="),
    ("{ $.a IS NOT NULL }", "one of ="),
    ("{ $.a IS 7 }", "one of ="),
    ("{ $.a = }", "a value"),
    ("{ $.a > big }", "> compares with numbers only"),
    ('{ $.a < "1" }', "< compares with numbers only"),
    ("{ $.a = us-west }", "the text us-west must be in double quotation marks"),
    ("{ $.a = 1 && }", "a property selector"),
    ("{ ($.a = 1 }", r"a closing \)"),
    ("{ $.a = 1 $.b = 2 }", r"&&, \|\| or the end"),
    ("{ $.*.b[*] = 1 }", "at most one wildcard"),
    ("{ $.* = 1 || $.b[*] = 1 || $.c.* = 1 || $.d.* = 1 }", "at most 3 wildcard selectors"),
    ("{ $.a = %x% || $.a = %y% || $.a = %z% }", "at most 2 regular expressions"),
    ("{ " + "(" * 200 + "$.a = 1" + ")" * 200 + " }", "fewer parentheses"),
    ("[a = 1 && b = 2]", "the field a has a condition on another field"),
    ("[a = ]", "a value"),
    ("[= 1]", "the name of a field"),
    ("[a b]", "one of ="),
    ("[..., a, ...]", "at most one ellipsis"),
    ("[a=%x%, b=%y%, c=%z%]", "at most 2 regular expressions"),
    ("[a] b]", "the end of the pattern"),
]


@pytest.mark.parametrize(("pattern", "message", "found"), [*TEXT, *JSON, *DELIMITED])
def test_pattern_finds(pattern: str, message: str, found: bool) -> None:
    """A message is found or not, as the documented syntax says."""
    assert compile_pattern(pattern).matches(message) is found


@pytest.mark.parametrize(("pattern", "reason"), INVALID)
def test_bad_pattern_is_refused(pattern: str, reason: str) -> None:
    """A pattern that makes no sense is refused with what is wrong and where."""
    with pytest.raises(InvalidPattern, match=reason):
        compile_pattern(pattern)


def test_fields_are_extracted_by_name_or_number() -> None:
    """What a field holds is told by its name, else by its number, without its quotation marks."""
    found = compile_pattern("[ip, ..., request = *.html*, status, ]").extract(ACCESS)
    assert found == {
        "$ip": "10.0.3.7",
        "$2": "-",
        "$3": "lea",
        "$4": "12/Mar/2026:08:15:00 +0100",
        "$request": "GET /menu/today.html HTTP/1.1",
        "$status": "404",
        "$7": "5120",
    }
    assert compile_pattern("[level, text]").extract("INFO all is  well ") == {
        "$level": "INFO",
        "$text": "all is  well",
    }


def test_selected_values_are_extracted() -> None:
    """Of JSON events the texts and numbers are told to which the selectors point."""
    pattern = compile_pattern("{ $.shop.id > 1 && $.lines[*].sku = * && $.items[0] != x }")
    assert pattern.extract(ORDER) == {
        "$.shop.id": "7",
        "$.lines[*].sku": "t-1",
        "$.items[0]": "tea",
    }
    assert compile_pattern("disk").extract("disk") == {}


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_pattern_or_is_refused(pattern: str, message: str) -> None:
    """Whatever a client sends is answered: with a yes, a no, or what is wrong."""
    try:
        compiled = compile_pattern(pattern)
    except InvalidPattern:
        return
    assert compiled.matches(message) in {True, False}
    assert isinstance(compiled.extract(message), dict)


PIECES = ["$.a", "$.a[0]", "$.*", " = ", " > ", "&&", "||", "(", ")", "1", '"x"', "%y%", "*", "IS"]
PIECES += [" NULL", "NOT EXISTS", "...", ",", "[", "]", "{", "}", "w1", "=", "!=", "-", "?", " "]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_any_mixture_of_syntax_is_a_pattern_or_is_refused(pattern: str) -> None:
    """Pieces of the syntax in any order never break the parser."""
    for text in (pattern, f"{{{pattern}}}", f"[{pattern}]"):
        try:
            compiled = compile_pattern(text)
        except InvalidPattern:
            continue
        assert compiled.matches('{"a": [1, "x", "y"]}') in {True, False}


@given(st.text(alphabet="abc 01", min_size=1, max_size=30))
def test_a_quoted_phrase_finds_itself(message: str) -> None:
    """Every message is found by itself as a phrase."""
    assert compile_pattern(f'"{message}"').matches(f"<{message}>")
