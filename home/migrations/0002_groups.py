"""Who may do what: groups of authors, editors and moderators, and the way of a post to its readers.

They take the place of the groups and of the workflow that Wagtail makes; members stay members.
"""

from django.db import migrations

ALL = ("add", "change", "delete", "view")

# What each group may do with models, by app and model.
ON_MODELS = {
    "Author": {},
    "Editor": {
        ("blog", "affiliateprogram"): ALL,
        ("blog", "author"): ALL,
        ("blog", "book"): ALL,
        ("blog", "comment"): ("change", "delete", "view"),
        ("blog", "disclaimer"): ALL,
        ("blog", "reusablecontent"): ALL,
        ("blog", "series"): ALL,
        ("blog", "topic"): ALL,
        ("core", "sitesettings"): ("change",),
        ("newsletter", "digest"): ("change", "view"),
        ("newsletter", "newsletter"): ("view",),
        ("newsletter", "subscriber"): ("view",),
        ("newsletter", "suppression"): ("view",),
        ("wagtailredirects", "redirect"): ALL,
    },
    "Moderator": {("blog", "comment"): ("change", "delete", "view")},
}
# With pages, anywhere. Who may add pages may change their own.
ON_PAGES = {
    "Author": ("add",),
    "Editor": ("add", "bulk_delete", "change", "lock", "publish", "unlock"),
}
# With images and documents, in any collection. Who may add some may change their own.
ON_FILES = {"Author": ("add", "choose"), "Editor": ("add", "change", "choose")}
FILES = (("wagtailimages", "image"), ("wagtaildocs", "document"))


def make_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for old, new in (("Editors", "Author"), ("Moderators", "Editor")):
        if not Group.objects.filter(name=new).exists():
            Group.objects.filter(name=old).update(name=new)
    for name in ON_MODELS:
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(
            [
                permission(apps, "wagtailadmin", "admin", "access_admin"),
                *permissions(apps, ON_MODELS[name]),
            ]
        )
        let_use_pages(apps, group)
        let_use_files(apps, group)


def make_workflow(apps, schema_editor):
    """Have an editor read what an author submits; who approves it publishes it."""
    Group = apps.get_model("auth", "Group")
    Page = apps.get_model("wagtailcore", "Page")
    Workflow = apps.get_model("wagtailcore", "Workflow")
    WorkflowPage = apps.get_model("wagtailcore", "WorkflowPage")
    WorkflowTask = apps.get_model("wagtailcore", "WorkflowTask")
    GroupApprovalTask = apps.get_model("wagtailcore", "GroupApprovalTask")
    ContentType = apps.get_model("contenttypes", "ContentType")

    task = GroupApprovalTask.objects.filter(name="Moderators approval").first()
    if task is None:
        kind, _ = ContentType.objects.get_or_create(
            app_label="wagtailcore", model="groupapprovaltask"
        )
        task = GroupApprovalTask(content_type=kind, active=True)
    task.name = "Approval by an editor"
    task.save()
    task.groups.set(Group.objects.filter(name="Editor"))

    workflow = Workflow.objects.filter(name="Moderators approval").first() or Workflow(active=True)
    workflow.name = "Review"
    workflow.save()
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    root = Page.objects.get(depth=1)
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})


def let_use_pages(apps, group):
    Page = apps.get_model("wagtailcore", "Page")
    GroupPagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    GroupPagePermission.objects.filter(group=group).delete()
    root = Page.objects.get(depth=1)
    for action in ON_PAGES.get(group.name, ()):
        it = permission(apps, "wagtailcore", "page", f"{action}_page")
        GroupPagePermission.objects.create(group=group, page=root, permission=it)


def let_use_files(apps, group):
    Collection = apps.get_model("wagtailcore", "Collection")
    GroupCollectionPermission = apps.get_model("wagtailcore", "GroupCollectionPermission")
    GroupCollectionPermission.objects.filter(group=group).delete()
    root = Collection.objects.get(depth=1)
    for app, model in FILES:
        for action in ON_FILES.get(group.name, ()):
            it = permission(apps, app, model, f"{action}_{model}")
            GroupCollectionPermission.objects.create(group=group, collection=root, permission=it)


def permissions(apps, models):
    return [
        permission(apps, app, model, f"{action}_{model}")
        for (app, model), actions in models.items()
        for action in actions
    ]


def permission(apps, app, model, codename):
    """Return a permission. Django makes those of models only after all migrations have run."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
    words = codename.removesuffix(f"_{model}").replace("_", " ")
    it, _ = Permission.objects.get_or_create(
        content_type=kind, codename=codename, defaults={"name": f"Can {words} {model}"}
    )
    return it


class Migration(migrations.Migration):

    dependencies = [
        ('home', '0001_initial'),
        ('blog', '0001_initial'),
        ('core', '0002_initial'),
        ('newsletter', '0001_initial'),
        ('wagtailadmin', '0001_create_admin_access_permissions'),
        ('wagtailcore', '0097_baselogentry_uuid_action_timestamp_indexes'),
        ('wagtaildocs', '0011_add_choose_permissions'),
        ('wagtailimages', '0023_add_choose_permissions'),
        ('wagtailredirects', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(make_groups, migrations.RunPython.noop),
        migrations.RunPython(make_workflow, migrations.RunPython.noop),
    ]
