"""The simulated shell beside real ones: the same output, status and complaints.

The judge of `sh` is dash, the sh of Debian and of most images made from it.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sim.workloads.conftest import Container, Play

SCRIPTS: tuple[str, ...] = (
    # words and quotes
    "echo a b   c",
    "echo 'a  b' \"c  d\" e\\ f",
    'echo "it\'s" \'say "x"\'',
    'printf "%s\\n" "a\\"b" "a\\\\b" "a\\nb" "a\\$b" "a\\`b"',
    "echo a\\\nb 'c\nd' \"e\\\nf\"",
    "echo \"\" '' x; echo",
    "echo # comment\necho a#b 'c # d' # e",
    "x='a b'; echo $x \"$x\" '$x'",
    "x='  a   b  '; echo $x; echo \"$x\"",
    'x=; echo [$x] ["$x"]; for i in $x "$x"; do echo "<$i>"; done',
    'x=1; x2=2; echo $x$x2 ${x}2 $x2 "${x}y"',
    "echo $",
    'echo "$" a$ "b$ c"',
    "x=*; echo \"$x\"; echo '*'",
    "HOME=/h; echo ~ ~/x a~ '~' \"~\"",
    'x=a; x=${x}b; x="$x"c; echo $x',
    "a=1 b=2 c=$a$b; echo $a $b $c",
    "echo a;echo b ;  echo c",
    "echo a&&echo b||echo c",
    # parameters
    'echo ${x:-d} ${x-d} "${x:-a  b}" ${x:-a  b}',
    "x=; echo [${x:-d}] [${x-d}] [${x:+s}] [${x+s}]",
    "x=v; echo [${x:-d}] [${x-d}] [${x:+s}] [${x+s}]",
    'echo ${x:=new} $x; echo ${y=} "[$y]"',
    "x=hello; echo ${#x} ${#y}",
    "x=/a/b/c.tar.gz; echo ${x%.*} ${x%%.*} ${x#*/} ${x##*/}",
    'x=aXbXc; p=X; echo ${x%$p*} ${x%%"$p"*} ${x#*X} ${x##*[X]}',
    "x='a*b*c'; echo \"${x%\\**}\" \"${x%%'*'*}\"",
    "echo ${x:-${y:-z}} ${x:-$(echo sub)} ${x:-'q  r'} \"${x:-'s'}\"",
    "echo ${x:?is not set}; echo never",
    "echo ${x?}; echo never",
    "set -u; echo $nope; echo never",
    "set -u; echo ${nope:-fine} ${nope+no}; x=1; echo $x",
    'set -- a \'b c\' d; echo $# $1 $2 "$3"; for i in "$@"; do echo "<$i>"; done',
    'set -- a \'b c\'; for i in $@; do echo "<$i>"; done; for i in "$*"; do echo "<$i>"; done',
    'set --; for i in "$@"; do echo never; done; echo "$#" "[$*]"',
    'set -- 1 2 3 4 5 6 7 8 9 ten; echo $10 ${10} "$9"',
    "set -- a b c; shift; echo $1 $#; shift 2; echo $#; for i; do echo never; done",
    'set -- a b; echo "x$@y"; for i in "x$@y"; do echo "<$i>"; done',
    'set -- \'\' a; for i in "$@"; do echo "<$i>"; done; for i in $@; do echo "<$i>"; done',
    "shift 3; echo never",
    "echo $? ; false; echo $?; true; echo $?",
    "x=1; unset x; echo [${x-unset}]; unset nope; echo $?",
    "readonly r=1; echo $r; r=2; echo never",
    'IFS=:; x=a:b::c; for i in $x; do echo "<$i>"; done',
    "IFS=', '; x='a , b,,c d,'; for i in $x; do echo \"<$i>\"; done",
    "IFS=; x='a b'; for i in $x; do echo \"<$i>\"; done",
    'IFS=-; set -- a b c; echo "$*" $*',
    "export x=1 y='a b'; z='c d'; export w=$z; echo \"$x $y $w\"",
    "export 1a=3; echo never",
    # arithmetic
    "echo $((1+2*3)) $(( (1+2)*3 )) $((7/2)) $((-7/2)) $((-7%3)) $((7%-3))",
    "echo $((1<2)) $((2<=1)) $((1==1)) $((1!=1)) $((!5)) $((~5)) $((-3)) $((- -3))",
    "echo $((5&3)) $((5|3)) $((5^3)) $((1<<4)) $((256>>2)) $((1&&0)) $((0||2))",
    "echo $((1?2:3)) $((0?2:3)) $((0x1f)) $((010)) $((1<2&&3<4))",
    "x=5; echo $((x)) $((x+1)) $(($x*2)) $((x=x+1)) $x $((x+=2)) $((x*=3)) $x",
    "echo $((nope)) $((nope+1)); x=; echo $((x+1))",
    "i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done",
    "echo $((9223372036854775807)) $((9223372036854775807+1))",
    "echo $((1/0)); echo never",
    "echo $((1+)); echo never",
    "x=abc; echo $((x+1)); echo never",
    'echo $(( $(echo 3) + 1 )) "$((2 * (3 + 4)))"',
    "x=1; echo $((0 && (x=5))) $x $((1 || (x=6))) $x $((1 ? 2 : (x=7))) $x",
    # substitution
    "echo $(echo a b) \"$(echo 'a  b')\" `echo c`",
    "x=$(printf 'a\\n\\n'); echo \"[$x]\"",
    "x=$(exit 3); echo $?; echo $(exit 4)$?",
    "echo $(echo $(echo $(echo deep))) `echo \\`echo back\\``",
    "x=$(false); echo $?; x=$(true) y=2; echo $?",
    'echo "$(echo "in \'ner\' $(echo x)")"',
    "x=1; y=$(x=2; echo $x); echo $x $y",
    "for i in $(seq 3) `echo 4 5`; do echo $i; done",
    "echo $( (echo sub) ) $( (echo a; echo b); echo c)",
    "echo $(case x in x) echo yes;; esac)",
    'echo "a$(echo b)c`echo d`e"',
    'x=$(echo a; echo b; exit 2); echo $? "$x"',
    'echo $(); echo "[$( )]"',
    # lists and conditions
    "true && echo a || echo b; false && echo a || echo b",
    "false || false || echo c; true && true && echo d",
    "! true; echo $?; ! false; echo $?; ! false && echo e",
    "true &&\necho a\nfalse ||\n\necho b",
    "if true; then echo a; fi; if false; then echo a; fi; echo $?",
    "if false; then echo a; elif true; then echo b; else echo c; fi",
    "if false; then echo a; elif false; then echo b; else echo c; fi",
    "if\ntrue\nthen\necho a\nelse echo b\nfi",
    "if true; then if false; then echo a; else echo b; fi; fi",
    "if false; then :; fi; echo $?; if (exit 3); then :; else echo $?; fi",
    "if ! false; then echo ok; fi",
    "{ echo a; echo b; }; { echo c\n}",
    "(echo a; exit 3); echo $?; (x=5); echo [$x]",
    "( ( echo deep ) )",
    "x=1; (x=2; echo $x); echo $x; { x=3; }; echo $x",
    # loops
    "for i in a b c; do echo $i; done; echo $i",
    'for i in a \'b c\' "d e" $nope; do echo "<$i>"; done',
    "for i in; do echo never; done; echo $?",
    "for i in 1 2 3\ndo\necho $i\ndone",
    "for i in 1 2 3 4; do if [ $i = 2 ]; then continue; fi; [ $i = 4 ] && break; echo $i; done",
    "for i in 1 2; do for j in a b c; do [ $j = b ] && continue 2; echo $i$j; done; done",
    "for i in 1 2; do for j in a b c; do [ $j = b ] && break 2; echo $i$j; done; done; echo end",
    "while false; do echo never; done; echo $?",
    "i=3; until [ $i -eq 0 ]; do echo $i; i=$((i-1)); done",
    "i=0; while true; do i=$((i+1)); [ $i -ge 5 ] && break; done; echo $i",
    "i=0; while :; do i=$((i+1)); if [ $i -gt 3 ]; then exit 7; fi; done",
    "while true; do break; done; echo $?; for i in 1; do false; done; echo $?",
    "break; echo on; continue; echo on",
    "for i in 1 2; do break 9; done; echo $i",
    "x='a b c'; for w in $x; do echo -$w-; done",
    "for i in a b; do echo $i; done > /dev/null; echo $?",
    # case
    "for x in apple bob carrot 'd e' ''; do case $x in a*) echo A;; b?b) echo B;; [c-e]*) echo C;;"
    " '') echo empty;; *) echo other;; esac; done",
    "case 'a*' in 'a*') echo lit;; esac; case ab in 'a*') echo no;; a\\*) echo no;; *) echo yes;;"
    " esac",
    "case x in (x) echo paren;; esac; case x in y|x) echo alt; esac; case z in y) ;; esac; echo $?",
    "p='a*'; case abc in $p) echo glob;; esac; case abc in \"$p\") echo no;; *) echo quoted;; esac",
    "case x in\nx)\necho a\n;;\n*)\necho b\nesac",
    # test
    "[ a = a ] && echo 1; [ a = b ] || echo 2; [ a != b ] && echo 3",
    "[ -n x ] && echo 1; [ -z '' ] && echo 2; [ x ] && echo 3; [ '' ] || echo 4; [ ] || echo 5",
    "[ 1 -eq 1 ] && [ 1 -ne 2 ] && [ 1 -lt 2 ] && [ 2 -le 2 ] && [ 3 -gt 2 ] && [ 3 -ge 3 ] &&"
    " echo all",
    "[ -1 -lt 0 ] && [ ' 5 ' -eq 5 ] && echo signs",
    "[ 1 -eq a ]; echo $?; [ a = ]; echo $?; [ a; echo $?",
    "[ ! a = b ] && echo 1; [ ! '' ] && echo 2; [ ! x ]; echo $?",
    "[ a = a -a b = b ] && echo and; [ a = b -o b = b ] && echo or;"
    " [ \\( a = a \\) ] && echo paren",
    "[ -n ] && echo one; [ = ] && echo eq; [ ! ] && echo bang; [ '(' ] && echo par",
    "[ -d /tmp ] && [ -e /dev/null ] ; [ -f /nope ] || echo nofile; test -d / && echo dir",
    'x=; [ -z $x ] && echo unquoted; [ -n $x ] && echo trap; [ -n "$x" ] || echo right',
    "test 1 -lt 2; echo $?; test; echo $?; [ '!' = '!' ] && echo same; [ -z = ] ; echo $?",
    # echo and printf
    "echo -n a; echo b",
    "printf a; printf 'b\\n'",
    "printf '%s-%s\\n' a b c d e",
    "printf '%d %i %u\\n' 5 -3 7; printf '%5d|%-5d|%05d|%+d\\n' 42 42 42 42",
    "printf '%s\\n' 'a b' c; printf '[%5s] [%-5s] [%.2s]\\n' ab ab abc",
    "printf '%x %X %o %#x %#o\\n' 255 255 8 255 8",
    "printf '%c%c\\n' hello world; printf '%%|%5%|\\n' 2>/dev/null; echo",
    "printf '%b\\n' 'a\\tb\\0101'; printf '%s\\n' 'a\\tb'",
    "printf 'a\\tb\\\\c\\101\\n'; printf '\\\\n'; echo",
    "printf '%.2f %5.1f %g\\n' 3.14159 2.5 0.5",
    "printf '%d\\n' 0x1f 010 \"'A\"",
    "printf '%d\\n' abc; echo $?",
    "printf '%d\\n' 12abc; echo $?",
    "printf '%s'; printf '\\n'; printf '%d\\n'; printf 'x\\n' a b c",
    "printf '%*d|%-*d|\\n' 5 42 5 42",
    "printf '%s %s\\n' only",
    # exit and errors
    "exit 3",
    "exit 300",
    "exit",
    "false; exit",
    "exit abc",
    "(exit 5); exit",
    "echo a; exit 1; echo never",
    "nosuchcommand; echo $?",
    "nosuchcommand",
    "/no/such/file; echo $?",
    "false",
    "true",
    "",
    "# nothing",
    ":",
    "; echo never",
    "if",
    "echo a\nfi\necho never",
    "echo a; fi",
    "echo 'open",
    'echo "open',
    "echo `open",
    "echo $(open",
    "echo ${x",
    "if true; then echo a",
    "while true; do echo never",
    "for 1 in a; do echo never; done",
    "{ echo a",
    "(echo a",
    "echo )",
    "echo a && && echo b",
    "case x in",
    "echo a; }",
    "done",
    "then",
    "! ",
    # functions
    "f() { echo f $1 $#; return 4; }; f x y; echo $?; f; echo $1",
    "f() { x=2; local y=3; echo $x $y; }; x=1; y=1; f; echo $x $y",
    "f () ( echo sub; exit 3 ); f; echo $?",
    "f() { return; }; false; f; echo $?; true; f; echo $?",
    "f() { if [ $1 -gt 0 ]; then echo $1; f $(($1-1)); fi; }; f 5",
    "f() { for i in 1 2 3; do [ $i = 2 ] && return 9; echo $i; done; }; f; echo $?",
    "f() { echo one; }; f() { echo two; }; f; unset -f f; f 2>/dev/null; echo $?",
    "f() { echo \"$@\"; }; set -- outer; f 'a b' c; echo $1",
    "f() { break; echo on; }; for i in 1 2; do f; echo $i; done",
    "f()\n{\n  echo lines\n}\nf",
    "x=1; f() { echo $x; }; x=2 f; echo $x",
    "return 3; echo never",
    "f() { x=$(local y=1; echo $y); echo $x; (return 3); echo $?; }; f",
    "trap 'exec echo from exec' EXIT; echo a",
    "trap 'kill -9 $$' EXIT; echo a",
    # redirection
    "echo a >&2; echo b",
    "echo a > /dev/null; echo b 2>&1; echo c 1>&2 2>/dev/null; { echo d; echo e; } >/dev/null",
    "nosuchcommand 2>/dev/null; echo $?; (nosuchcommand) 2>/dev/null; echo $?",
    "x=$(echo err >&2; echo out) 2>/dev/null; echo $x",
    'x=$({ echo err >&2; echo out; } 2>&1); echo "$x"',
    "exec 2>/dev/null; nosuchcommand; echo $?",
    "exec >/dev/null; echo never",
    "> /dev/null; echo $?; echo a >/dev/null >&2",
    "{ echo a; echo b >&2; } 2>/dev/null",
    "if true; then echo a; fi >/dev/null; while read x; do echo $x; done </dev/null; echo end",
    "read x </dev/null; echo $? [$x]",
    "echo hidden >&-; echo $? >/dev/null; echo a 3>&1 >&3",
    # builtins
    "x=1; eval 'echo $x; y=2'; echo $y; eval; echo $?; eval false; echo $?",
    "eval 'echo a; exit 5'; echo never",
    'a=b; b=c; eval echo \\$$a; eval "x$a=1"; echo $xb',
    "set -e; echo a; false; echo never",
    "set -e; false || echo b; if false; then :; fi; ! true; false && true; echo alive; (exit 3)",
    "set -e; f() { false; echo in; }; f || echo c; f; echo never",
    "set -e; x=$(false); echo never",
    "set -e; set +e; false; echo alive",
    "set -e; while false; do :; done; until true; do :; done; echo alive; { false; }; echo never",
    "set -e; echo $(false; echo inside); echo alive",
    "set -x; echo a; x=1; for i in 1; do echo $i; done",
    "exec echo replaced; echo never",
    "exec nosuchcommand; echo never",
    "(exec echo sub); echo alive",
    "trap 'echo bye' EXIT; echo hi",
    "trap 'echo bye $?' EXIT; exit 3",
    "trap 'exit 9' EXIT; exit 3",
    "trap 'echo a' EXIT; trap - EXIT; echo b",
    "trap 'echo usr' USR1; kill -USR1 $$; echo after; kill -s TERM $$ 2>/dev/null",
    "trap 'echo got; exit 4' TERM; kill $$; echo never",
    "trap '' TERM; kill $$; echo alive",
    "trap 'echo bye' EXIT; (echo sub); echo main",
    "trap 'echo x' 0; trap -- 'echo y' EXIT; true",
    "trap 'echo bye' EXIT; nosuchcommand 2>/dev/null; exec true",
    "command echo a; command -v echo; command nosuchcommand; echo $?; command -v nosuch; echo $?",
    "echo() { printf 'mine\\n'; }; echo a; command echo b",
    "true; : ${x:=5}; echo $x; : > /dev/null; echo $?",
    "cd /; pwd; cd /tmp; pwd; cd ..; pwd; cd - >/dev/null; pwd; cd /nope 2>/dev/null || echo no",
    "env -i A=1 /bin/sh -c 'echo $A'; A=2 sh -c 'echo $A'; A=3; sh -c 'echo [$A]'",
    "sh -c 'echo $0 $1 $#' name one two; sh -c 'exit 5'; echo $?; sh -ec 'false; echo never'",
    'sh -c \'echo "a b"; sh -c "echo in; exit 2"; echo $?\'',
    "seq 3; seq 2 4; seq 1 2 5; seq 3 -1 1; seq 5 4; seq 0 0.5 1",
    "seq -s , 3",
    "x=outer; sh -c 'echo [$x]'; export x; sh -c 'echo [$x]'; x=i sh -c 'echo [$x]'; echo $x",
    "true a b; false x; echo $?",
    "cat </dev/null; echo $?; cat /nope 2>/dev/null; echo $?",
    "wait; echo $?; umask >/dev/null; echo $?",
    "local x=1; echo never",
    "unset 1x; echo never",
    "cat; echo end",
)

BASH_SCRIPTS: tuple[str, ...] = (
    "echo -e 'a\\tb\\n\\0101\\x41\\\\c' 'a\\cb'",
    "echo -ne 'a\\n'; echo -n x; echo -en '\\ty\\n'; echo -E 'a\\tb'; echo 'a\\tb'; echo -z -",
    "printf '%b|' 'a\\0101b' 'c'; printf '\\x41\\n'",
    "nosuchcommand; echo $?",
    "f() { local x=1 y; y=2; echo $x$y; }; f; echo [$x$y]",
    "set -eu; echo ${x:-d}; false; echo never",
    "exec nosuchcommand; echo never",
)


def outcome(container: Container) -> tuple[str, int | None, bool]:
    """Give what it wrote, how it ended, and whether it complained."""
    container.run()
    output = "".join(f"{line}\n" for line in container.output)
    return output, container.code, bool(container.errors)


def real_outcome(shell: str, script: str) -> tuple[str, int, bool]:
    """Give the same of a real shell; a last line without line feed counts as a line."""
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"there is no {shell} on this machine")
    done = subprocess.run(
        [found, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        timeout=10,
        stdin=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "HOME": "/root"},
    )
    output = done.stdout
    if output and not output.endswith("\n"):
        output += "\n"
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return output, status, bool(done.stderr)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_does_what_it_does_in_a_real_sh(play: Play, script: str) -> None:
    """The output, the exit status, and whether there was a complaint are those of a real sh."""
    # With an init process the shell is not PID 1, as it is not on this machine.
    assert outcome(play.sh(script, init_process=True)) == real_outcome("dash", script)


@pytest.mark.parametrize("script", BASH_SCRIPTS)
def test_a_script_does_what_it_does_in_a_real_bash(play: Play, script: str) -> None:
    """The options of echo, and other things that sh leaves open, are those of a real bash."""
    container = play("bash", "bash", "-c", script, init_process=True)
    assert outcome(container) == real_outcome("bash", script)
