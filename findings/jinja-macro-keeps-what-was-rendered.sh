#!/bin/sh
# Jinja2 3.1.6: a template that defines a macro in which something is called keeps all that it was rendered with until the
# garbage collector comes by.
#
# The context of a rendering lists the macros that the template defines, and a macro that calls something refers to that
# context. So all values given to `render`, those that the macro never reads too, stay in memory in a reference cycle after it
# has returned. A server that collects seldom, as one does for speed, grows by them. With a macro that calls nothing, or with
# the same macro imported from another template, they are freed at once.
#
# Seen with Python 3.11. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install jinja2==3.1.6 2>/dev/null
cat > "$work/try.py" <<'PY'
import gc
import weakref

from jinja2 import DictLoader, Environment

MACRO = "{% macro shown(x) %}<b>{{ x.upper() }}</b>{% endmacro %}"
environment = Environment(
    loader=DictLoader(
        {
            "calling": MACRO + "{{ shown('a') }}",
            "plain": MACRO.replace("x.upper()", "x") + "{{ shown('A') }}",
            "parts": MACRO,
            "imported": '{% from "parts" import shown %}{{ shown("a") }}',
        }
    )
)


class Report:
    """Something large that a page shows."""


gc.disable()
for name in ("calling", "plain", "imported"):
    report = Report()
    alive = weakref.ref(report)
    assert environment.get_template(name).render(report=report) == "<b>A</b>"
    del report
    before = alive() is not None
    gc.collect()
    print(name, "kept" if before else "freed", "kept" if alive() is not None else "freed")
PY
found=$("$work/venv/bin/python" "$work/try.py" 2>/dev/null | tr '\n' ';')
[ "$found" = "calling kept freed;plain freed freed;imported freed freed;" ] || { echo "changed: $found"; exit 1; }
echo "as described: kept by a macro that calls something until collected, freed at once by one that does not or is imported"
