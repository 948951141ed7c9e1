import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dashboard', '0009_retries'),
        ('tokens', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='usageevent',
            name='team',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='usage_events', to='tokens.team'),
        ),
    ]
