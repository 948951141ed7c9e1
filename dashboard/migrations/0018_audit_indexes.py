from django.db import migrations, models


class Migration(migrations.Migration):
    """Apart from the rows that 0017 writes: PostgreSQL does not change a table in the
    transaction that did so."""

    dependencies = [
        ("dashboard", "0017_audit_pages"),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditevent",
            name="day",
            field=models.DateField(help_text="UTC."),
        ),
        migrations.RemoveIndex(model_name="auditevent", name="audit_event_time"),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["team", "at", "id"], name="audit_event_time"),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["team", "type", "at", "id"], name="audit_event_type"),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["team", "email", "at", "id"], name="audit_event_person"),
        ),
    ]
