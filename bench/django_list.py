"""Django admin's list of the same people, for bench/user_list.py: `django_list.py ENGINE NAME WORD TIMES`.

The list is as its documentation sets it up: search_fields over e-mail and name, fifty on a page. Printed are two JSON
lists of seconds: for the view with its queries, and for the rendering of its template. It runs in an environment of its
own, with nothing of ours.
"""

# These libraries are in that environment alone.
# mypy: ignore-errors

import json
import sys
import time

import django
from django.conf import settings
from django.urls import path

ENGINE, NAME, WORD, TIMES = sys.argv[1:]
settings.configure(
    SECRET_KEY='a secret of this benchmark',
    ALLOWED_HOSTS=['*'],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD='django.db.models.AutoField',
    INSTALLED_APPS=[
        'django.contrib.admin', 'django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions',
        'django.contrib.messages', 'django.contrib.staticfiles',
    ],
    STATIC_URL='/static/',
    TEMPLATES=[{
        'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True,
        'OPTIONS': {'context_processors': [
            'django.template.context_processors.request', 'django.contrib.auth.context_processors.auth',
            'django.contrib.messages.context_processors.messages']},
    }],
    DATABASES={'default': {
        'ENGINE': f'django.db.backends.{ENGINE}', 'NAME': NAME, 'HOST': '127.0.0.1', 'PORT': '5432', 'USER': 'postgres',
    }},
)  # fmt: skip
django.setup()

from django.contrib import admin  # noqa: E402  Django wants its settings first
from django.contrib.auth.models import User  # noqa: E402
from django.db import models  # noqa: E402
from django.test import RequestFactory  # noqa: E402


class Person(models.Model):
    email = models.CharField(max_length=254)
    name = models.CharField(max_length=200)
    last_seen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        app_label = 'auth'
        managed = False
        db_table = 'user_account'


class PersonAdmin(admin.ModelAdmin):
    search_fields = ('email', 'name')
    list_display = ('email', 'name', 'last_seen_at', 'created_at')
    list_per_page = 50


admin.site.register(Person, PersonAdmin)
urlpatterns = [path('admin/', admin.site.urls)]


def main() -> None:
    view = admin.site.get_model_admin(Person).changelist_view
    viewed, rendered = [], []
    for _ in range(int(TIMES)):
        request = RequestFactory().get('/admin/auth/person/', {'q': WORD})
        request.user = User(username='bench', is_active=True, is_staff=True, is_superuser=True)
        began = time.perf_counter()
        response = view(request)
        viewed.append(time.perf_counter() - began)
        response.render()
        rendered.append(time.perf_counter() - began - viewed[-1])
        assert WORD.encode() in response.content
    print(json.dumps(viewed))
    print(json.dumps(rendered))


if __name__ == '__main__':
    main()
