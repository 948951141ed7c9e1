"""The translations in `locale/`: found in the sources, merged, compiled, compared.

Babel does what xgettext and msgfmt would, so neither is needed. Catalogues hold no
line numbers and no dates: only a changed sentence changes them.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

SOURCES = ("config", "dashboard", "proxy", "tokens", "templates")
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}_lazy": DEFAULT_KEYWORDS[name]
    for name in ("gettext", "ngettext", "pgettext", "npgettext")
}
HEADER = "# Translations of Teamgauge; docs/translating.md has the words to use.\n#"
NO_DAY = datetime(1970, 1, 1, tzinfo=UTC)
# Headers that say nothing here, or change with the day.
IDLE = re.compile(
    rb'^"(?:[A-Z]+-Creation-Date|PO-Revision-Date|Generated-By|Project-Id-Version|'
    rb"Report-Msgid-Bugs-To|Last-Translator|Language-Team): .*\n"
    rb'|^#, fuzzy\n(?=msgid ""\nmsgstr)',
    re.M,
)
# What a translation must take over as it is.
FIXED = re.compile(r"%\(\w+\)s|%s|</?[a-z][^>]*>")


def languages() -> list[str]:
    """All but the one that the sources are written in."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def path(language: str) -> Path:
    folder = Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES"
    return folder / "django.po"


def template() -> Catalog:
    """Every sentence of the sources, untranslated."""
    found = Catalog(
        header_comment=HEADER,
    )
    for folder in SOURCES:
        for file in sorted((settings.BASE_DIR / folder).rglob("*")):
            if file.suffix in (".py", ".html") and "migrations" not in file.parts:
                _add(found, file)
    return found


def _add(catalogue: Catalog, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    source = _as_python(text) if file.suffix == ".html" else text
    name = str(file.relative_to(settings.BASE_DIR))
    calls = extract("python", BytesIO(source.encode()), KEYWORDS)
    for _line, words, _comments, context in calls:
        catalogue.add(words, locations=[(name, 0)], context=context)


def _as_python(template_source: str) -> str:
    """Django writes a template's sentences as calls of gettext, between letters that
    stand for all else; unindented, Python's own tokenizer reads them."""
    lines = templatize(template_source).splitlines()
    return "\n".join(line.strip() for line in lines)


def stored(language: str) -> Catalog:
    if not path(language).exists():
        return Catalog(to_locale(language), header_comment=HEADER)
    with path(language).open("rb") as file:
        return read_po(file, locale=to_locale(language))


def merged(language: str, sentences: Catalog) -> Catalog:
    """The stored translations of exactly these sentences."""
    catalogue = stored(language)
    catalogue.update(sentences, no_fuzzy_matching=True)
    return catalogue


def po(catalogue: Catalog) -> bytes:
    file = BytesIO()
    write_po(
        file,
        catalogue,
        width=88,
        sort_output=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    return IDLE.sub(b"", file.getvalue())


def mo(catalogue: Catalog) -> bytes:
    """Without the headers that change with the day."""
    file = BytesIO()
    plain = read_po(BytesIO(po(catalogue)), locale=catalogue.locale)
    plain.creation_date = plain.revision_date = NO_DAY
    write_mo(file, plain)
    return file.getvalue()


def write(language: str, catalogue: Catalog) -> None:
    path(language).parent.mkdir(parents=True, exist_ok=True)
    path(language).write_bytes(po(catalogue))


def compiled(language: str) -> None:
    path(language).with_suffix(".mo").write_bytes(mo(stored(language)))


def problems(language: str, sentences: Catalog) -> Iterator[str]:
    """What is wrong with one language, a sentence each; nothing when all is well."""
    held = stored(language)
    for message in sentences:
        if message.id and held.get(_key(message), message.context) is None:
            yield f"not in the catalogue: {_key(message)!r}"
    for message in held:
        if message.id:
            yield from _of_one(message, sentences)
    binary = path(language).with_suffix(".mo")
    if not binary.exists() or binary.read_bytes() != mo(held):
        yield "the compiled file is not what the catalogue says"


def _of_one(message: Message, sentences: Catalog) -> Iterator[str]:
    key = _key(message)
    if sentences.get(key, message.context) is None:
        yield f"no longer in the sources: {key!r}"
        return
    texts = _texts(message.string)
    if not all(texts) or message.fuzzy:
        yield f"not translated: {key!r}"
        return
    wanted = {frozenset(FIXED.findall(text)) for text in _texts(message.id)}
    for text in texts:
        if frozenset(FIXED.findall(text)) not in wanted:
            yield f"placeholders or tags differ: {key!r}"


def _texts(found: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (found or "",) if found is None or isinstance(found, str) else tuple(found)


def _key(message: Message) -> str:
    return _texts(message.id)[0]
