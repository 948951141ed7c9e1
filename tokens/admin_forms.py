"""Forms of the admin site: people by e-mail, and a key that is never shown again."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest

from tokens.crypto import Secret
from tokens.models import Team, User


def fixed_for_staff(form: Any, field: str, request: HttpRequest, row: Any) -> Any:
    """The form class with a field that only superusers change in a stored row: it
    says where stored keys travel, and staff could name a host of their own."""
    if row is not None and field in form.base_fields and not request.user.is_superuser:
        form.base_fields[field].disabled = True
        form.base_fields[field].help_text = "Only superusers change this."
    return form


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email",)


class UserForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = "__all__"


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]
    """The key goes in and never comes out: the page shows its last four characters."""

    new_sync_key = forms.CharField(
        label="Admin API key",
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    remove_sync_key = forms.BooleanField(label="Remove the key", required=False)

    class Meta:
        model = Team
        fields = ("name", "slug", "time_zone", "admin_api_url")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key_before = self.instance.sync_key.hint() if self.instance.pk else ""
        field = self.fields["new_sync_key"]
        field.help_text = (
            f"{self.key_before} is stored. Leave empty to keep it."
            if self.key_before
            else "The sync starts by itself when a key is here."
        )
        if self.instance.is_demo:
            # A real key would mix real rows with made-up ones.
            # Whoever may only look has no field for the URL.
            for name in {"new_sync_key", "remove_sync_key", "admin_api_url"}:
                if name in self.fields:
                    self.fields[name].disabled = True
            field.help_text = "The demo's team always reads the simulator."

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise forms.ValidationError(
                "Enter a time zone like Europe/Berlin."
            ) from None
        return name

    def save(self, commit: bool = True) -> Team:
        new = self.cleaned_data["new_sync_key"].strip()
        if new or self.cleaned_data["remove_sync_key"]:
            self.instance.sync_key = Secret(new)
        team: Team = super().save(commit)
        return team
