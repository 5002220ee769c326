from django.utils.translation import gettext_lazy as _

from .post_group import PostGroup


class Series(PostGroup):
    """Posts that belong together and are read in order."""

    class Meta(PostGroup.Meta):
        verbose_name = _("series")
        verbose_name_plural = _("series")
