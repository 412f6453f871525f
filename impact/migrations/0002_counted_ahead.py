import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    """What was kept of before is forgotten after every `migrate`: the defaults are never read."""

    dependencies = [
        ('impact', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='kept',
            name='asked',
            field=models.JSONField(default=dict),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='kept',
            name='counted_ahead_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='kept',
            name='looked_on',
            field=models.DateField(default=datetime.date(2000, 1, 1)),
            preserve_default=False,
        ),
    ]
