"""The image formats that the site opens. No other format is parsed, whatever a file is called."""

import warnings

from django.conf import settings
from PIL import Image

_EXTENSIONS = Image.registered_extensions()
# As Pillow names them, for ``Image.open(…, formats=IMAGE_FORMATS)``.
IMAGE_FORMATS = tuple(
    sorted({_EXTENSIONS[f".{extension}"] for extension in settings.WAGTAILIMAGES_EXTENSIONS})
)


def limit_pillow() -> None:
    """Unregister from Pillow, in this process, each format that editors cannot upload.

    Pillow tries all of its 43 formats on a file, whatever its name; for EPS it runs Ghostscript.
    Django's ImageField, Wagtail, Willow and WeasyPrint give ``Image.open`` no list of formats. They
    also decode up to 180 million pixels: Pillow warns above its limit, and refuses twice as many.
    """
    Image.ID[:] = IMAGE_FORMATS
    for name in Image.OPEN.keys() - set(IMAGE_FORMATS):
        del Image.OPEN[name]
    Image.MAX_IMAGE_PIXELS = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 2
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
