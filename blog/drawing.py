"""Drawing the pictures of posts before readers ask for them."""

from django.template import loader
from django.utils import translation

from core.models import SiteSettings
from core.page_cache.purging import purge_on_commit
from core.pictures import drawing

from .models import PostPage
from .models.preparing import prepare


def draw_pictures(post: PostPage) -> None:
    """Draw what a post and its cards show, by rendering them; what is drawn stays as it is.

    Pages that are kept are given up, for they do not offer what has been drawn since.
    """
    prepare([post], with_surroundings=True)
    context = {"page": post, "brand": SiteSettings.for_site(post.get_site())}
    with drawing(), translation.override(post.locale.language_code):
        loader.render_to_string("blog/partials/pictures.html", context)
    purge_on_commit()
