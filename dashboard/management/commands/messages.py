"""The catalogues of translations: `update`, `compile` and `check`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard import catalogues


class Command(BaseCommand):
    help = "Keep the translations in locale/ in step with the sources."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "do",
            choices=("extract", "update", "compile", "check"),
            help="extract: print every sentence of the sources as a .po template; "
            "update: take them into each language's catalogue; compile: write the "
            ".mo files; check: fail when anything is missing, old or not compiled.",
        )

    def handle(self, *args: Any, do: str, **options: Any) -> None:
        sentences = catalogues.template()
        if do == "extract":
            self.stdout.write(catalogues.po(sentences).decode())
            return
        wrong = []
        for language in catalogues.languages():
            if do == "update":
                catalogues.write(language, catalogues.merged(language, sentences))
            if do in ("update", "compile"):
                catalogues.compiled(language)
            found = list(catalogues.problems(language, sentences))
            wrong += [f"{language}: {problem}" for problem in found]
        for problem in wrong:
            self.stderr.write(problem)
        if wrong and do == "check":
            raise CommandError(
                f"{len(wrong)} problems. `manage.py messages update` takes in new "
                "sentences; then translate them and run `manage.py messages compile`."
            )
