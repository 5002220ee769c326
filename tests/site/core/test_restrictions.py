"""What readers meet who may not read a page, or not yet."""

import re

import pytest
from django.contrib.auth.models import Group
from wagtail.models import PageViewRestriction

from tests.factories import PostFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(section):
    return PostFactory(parent=section, title="A secret title", standfirst="A secret line.")


def restrict(post, **restriction) -> PageViewRestriction:
    return PageViewRestriction.objects.create(page=post, **restriction)


def test_who_gives_the_password_reads_the_page(client, post):
    restrict(post, restriction_type=PageViewRestriction.PASSWORD, password="lantern")
    html = client.get(post.url).content.decode()
    assert 'class="site-header' in html
    assert "secret" not in html
    action = re.search(r'<form[^>]* action="(/_util/[^"]+)"', html)[1]

    answer = client.post(action, {"password": "candle", "return_url": post.url})
    assert "The password you have entered is not correct." in answer.content.decode()

    answer = client.post(action, {"password": "lantern", "return_url": post.url}, follow=True)
    assert "A secret title" in answer.content.decode()


def test_who_is_to_log_in_does_so_in_the_dress_of_the_site(client, post, admin_user):
    restrict(post, restriction_type=PageViewRestriction.LOGIN)
    answer = client.get(post.url, follow=True)
    html = answer.content.decode()
    assert 'class="site-header' in html
    assert "secret" not in html
    login = answer.request["PATH_INFO"]

    who = {"username": admin_user.username, "next": post.url}
    answer = client.post(login, who | {"password": "wrong"})
    assert 'role="alert"' in answer.content.decode()

    answer = client.post(login, who | {"password": "password"}, follow=True)
    assert "A secret title" in answer.content.decode()


def test_whose_account_may_not_is_told_so(client, post, django_user_model):
    restriction = restrict(post, restriction_type=PageViewRestriction.GROUPS)
    restriction.groups.add(Group.objects.create(name="Friends"))
    client.force_login(django_user_model.objects.create_user("stranger"))
    html = client.get(post.url, follow=True).content.decode()
    assert "Your account may not." in html
