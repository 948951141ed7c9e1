"""The forms of the token page. What is secret goes in and never comes out."""

from dataclasses import replace

from django import forms
from django.utils.translation import gettext_lazy as _

from tokens import files, master
from tokens.lines import MAX_ALIAS, Entry, fileable
from tokens.masks import row_of
from tokens.models import normal_email


def _secret_input() -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})


class MasterForm(forms.Form):
    auth_token = forms.CharField(
        label="AUTH_TOKEN", max_length=1000, widget=_secret_input()
    )

    def __init__(self, *args: object, auth_token: str, **kwargs: object) -> None:
        self._auth_token = auth_token
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def clean_auth_token(self) -> str:
        given: str = self.cleaned_data["auth_token"]
        if not master.opens(given, self._auth_token):
            raise forms.ValidationError(_("This is not the AUTH_TOKEN."))
        return given


class AddForm(forms.Form):
    """One token. `line` is how it would stand in the token file."""

    token = forms.CharField(
        label=_("Token or cookie"),
        max_length=8000,
        widget=_secret_input(),
        help_text=_(
            "A token, the whole value of the cookie, with :: or %3A%3A in it, or a "
            "line with a checksum. "
            "It is kept encrypted and never shown again."
        ),
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=MAX_ALIAS,
        help_text=_(
            "To tell tokens apart. Empty: the cookie’s user id, if it has one."
        ),
    )
    owner = forms.EmailField(
        label=_("Whose it is"),
        required=False,
        help_text=_(
            "The member’s e-mail: this member’s requests use it, and nobody else’s. "
            "Empty: it serves the whole team."
        ),
    )
    shared = forms.BooleanField(
        label=_("Others may use it too, after its owner"), required=False
    )

    def clean_token(self) -> str:
        read = files.parse_one(self.cleaned_data["token"])
        if len(read.entries) != 1 or read.rejected:
            reasons = [line.reason for line in read.rejected]
            raise forms.ValidationError("; ".join(reasons) or _("This is no token."))
        if row_of(read.entries[0].token) is not None:
            raise forms.ValidationError(_("This stands for a token and is none."))
        return read.entries[0].line()

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if fileable(Entry("t", name)).alias != name:
            raise forms.ValidationError(_("Leave out #, : and % and odd spaces."))
        return name

    def clean_owner(self) -> str:
        return normal_email(self.cleaned_data["owner"])

    @property
    def line(self) -> str:
        [entry] = files.parse_one(self.cleaned_data["token"]).entries
        name: str = self.cleaned_data["name"]
        return replace(entry, alias=name or entry.alias).line()


class OwnForm(forms.Form):
    """A member's own token. Names and machines of other rows cannot be meant here."""

    token = forms.CharField(
        label=_("Token or cookie"),
        max_length=8000,
        widget=_secret_input(),
        help_text=_(
            "A token, or the whole value of the cookie, with :: or %3A%3A in it. "
            "It is kept encrypted and never shown again."
        ),
    )

    def clean_token(self) -> str:
        read = files.parse_one(self.cleaned_data["token"])
        if len(read.entries) != 1 or read.rejected:
            reasons = [line.reason for line in read.rejected]
            raise forms.ValidationError("; ".join(reasons) or _("This is no token."))
        [entry] = read.entries
        if any(row_of(text) is not None for text in (entry.token, entry.checksum)):
            raise forms.ValidationError(_("This stands for a token and is none."))
        return entry.line()


class TextsForm(forms.Form):
    tokens = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "wrap": "off"}),
    )
    token_list = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "wrap": "off"}),
    )
