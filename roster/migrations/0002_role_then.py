from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('roster', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='shift',
            name='role',
            field=models.CharField(blank=True, choices=[('volunteer', 'volunteer'), ('staff', 'staff')], default='', editable=False, max_length=10),
        ),
    ]
