from django.utils.translation import gettext_lazy as _

from .post_group import PostGroup


class Topic(PostGroup):
    """What posts are filed under, and what a subscriber may choose."""

    class Meta(PostGroup.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
