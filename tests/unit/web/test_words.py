"""Every Chinese sentence of the pages stands in English too, and none stands there that no page says."""

import ast
import re
import tomllib
from collections.abc import Iterator

from hub.model.account import Role
from hub.run.people import demo
from hub.web.pages.me import ROLES
from hub.web.words import PLACE, english

WEB = PLACE.parent
_IN_TEMPLATES = re.compile(r"""_\((["'])(.+?)\1""")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def said_in_templates() -> set[str]:
    """Whatever stands within _("…")."""
    files = sorted((WEB / "templates").glob("*.html"))
    return {found[1] for file in files for found in _IN_TEMPLATES.findall(file.read_text(encoding="utf-8"))}


def said_in_code() -> Iterator[str]:
    """Every Chinese text of the pages' routes, but for docstrings; and what the demo calls its accounts."""
    for file in sorted((WEB / "pages").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docs = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        for one in ast.walk(tree):
            if isinstance(one, ast.Constant) and id(one) not in docs and _CHINESE.search(str(one.value)):
                yield str(one.value)
    for _, title, _, _, _, does in demo._ACCOUNTS:
        yield from (title, does)


def test_every_sentence_of_the_pages_has_its_english() -> None:
    said = said_in_templates() | set(said_in_code())
    assert set() == said - english().keys()


def test_no_english_stands_for_a_sentence_that_no_page_says() -> None:
    assert set() == english().keys() - said_in_templates() - set(said_in_code())


def test_no_sentence_stands_in_two_files() -> None:
    files = {file.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in PLACE.glob("*.toml")}
    assert len(english()) == sum(map(len, files.values()))


def test_templates_hold_no_chinese_outside_of_what_is_translated() -> None:
    found = []
    for file in sorted((WEB / "templates").glob("*.html")):
        bare = _IN_TEMPLATES.sub(
            "", re.sub(r"\{#.*?#\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        )
        found += [f"{file.name}: {line.strip()}" for line in bare.splitlines() if _CHINESE.search(line)]
    assert [
        'base.html: <button class="plain" name="language" value="{{ \'zh\' if english else \'en\' }}">{{ "中文" if english else "English" }}</button>'
    ] == found


def test_every_role_has_a_name() -> None:
    assert set(Role) == set(ROLES)
