"""Who signs in, and what they are in each team."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from tokens.models.teams import Team


def normal_email(email: str | None) -> str:
    """The form by which people are joined everywhere: trimmed, lower case."""
    return (email or "").strip().lower()


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normal_email(username))

    def create_user(
        self, email: str, password: str | None = None, **rest: Any
    ) -> "User":
        user = self.model(email=normal_email(email), **rest)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **rest: Any
    ) -> "User":
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **rest
        )


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in by e-mail."""

    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(
        max_length=10, blank=True, help_text="Empty: what the browser asks for."
    )
    is_active = models.BooleanField("active", default=True)
    is_staff = models.BooleanField("may open the admin site", default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = normal_email(self.email)


class TeamRole(models.Model):
    """What a user is in one team; `tokens.access` says what each role may see."""

    class Role(models.TextChoices):
        ADMIN = "admin", _("Admin")
        ANALYST = "analyst", _("Analyst")
        LEAD = "lead", _("Lead")
        MEMBER = "member", _("Member")

    user = models.ForeignKey(User, models.CASCADE, related_name="roles")
    team = models.ForeignKey(Team, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)

    class Meta:
        ordering = ["user", "team"]
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="one_role_per_team")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} of {self.team}"
