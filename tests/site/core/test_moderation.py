"""Pages are approved in the editor, also twice."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import GroupApprovalTask, Workflow, WorkflowPage, WorkflowTask
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from tests.factories import AuthorFactory, PostFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(section):
    """A workflow of one task that reviewers approve."""
    workflow = Workflow.objects.create(name="Review")
    task = GroupApprovalTask.objects.create(name="Review")
    task.groups.add(Group.objects.create(name="Reviewers"))
    WorkflowTask.objects.create(workflow=workflow, task=task)
    WorkflowPage.objects.update_or_create(page=section, defaults={"workflow": workflow})
    return workflow


def test_a_page_that_is_approved_twice_is_published_and_then_saved(
    review, section, admin_client, admin_user
):
    post = PostFactory(parent=section, title="As it was")
    post.save_revision()
    state = review.start(post, admin_user)
    form = {
        "title": "As it is",
        "slug": post.slug,
        "standfirst": "",
        "lead_image": "",
        "lead_image_alt": "",
        "topics": TopicFactory().pk,
        "recommendations": streamfield([]),
        "body": streamfield([]),
        "bylines": inline_formset([{"author": AuthorFactory().pk}]),
        "comments": inline_formset([]),
        "commenting": "open",
        "close_after_days": "30",
        "action-workflow-action": "true",
        "workflow-action-name": "approve",
    }
    url = f"/admin/pages/{post.pk}/edit/"
    assert admin_client.post(url, nested_form_data(form)).status_code == 302
    state.refresh_from_db()
    post.refresh_from_db()
    assert (state.status, post.title) == ("approved", "As it is")
    answer = admin_client.post(url, nested_form_data(form | {"title": "Later"}), follow=True)
    assert answer.redirect_chain == [(url, 302)]
    assert "no longer in moderation" in answer.content.decode()
    post.refresh_from_db()
    assert (post.title, post.get_latest_revision_as_object().title) == ("As it is", "Later")
