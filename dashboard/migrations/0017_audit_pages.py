from datetime import UTC

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Count, deletion

from dashboard.audit_log.told import words

BLOCK = 2000


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of the events that are there already; from here on each sync does it."""
    event = apps.get_model("dashboard", "AuditEvent")
    day = apps.get_model("dashboard", "AuditDay")
    newest = 0
    while rows := list(event.objects.filter(pk__gt=newest).order_by("pk")[:BLOCK]):
        for row in rows:
            row.day = row.at.astimezone(UTC).date()
            row.words = words(row.email, row.type, row.ip_address, row.data)
        event.objects.bulk_update(rows, ["day", "words"], batch_size=200)
        newest = rows[-1].pk
    counted = event.objects.order_by().values("team_id", "day", "type")
    day.objects.bulk_create(
        (day(**row) for row in counted.annotate(events=Count("id"))), batch_size=BLOCK
    )


class Migration(migrations.Migration):

    dependencies = [
        ("dashboard", "0016_person_months"),
        ("tokens", "0007_upstream_origin"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditevent",
            name="words",
            field=models.TextField(blank=True, default="", editable=False),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditevent",
            name="day",
            field=models.DateField(help_text="UTC.", null=True),
        ),
        migrations.CreateModel(
            name="AuditDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(help_text="UTC.")),
                ("type", models.CharField(max_length=200)),
                ("events", models.BigIntegerField()),
                ("team", models.ForeignKey(db_index=False, on_delete=deletion.CASCADE, related_name="audit_days", to="tokens.team")),
            ],
            options={
                "ordering": ["day", "type"],
                "constraints": [models.UniqueConstraint(fields=("team", "day", "type"), name="audit_day_key")],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
