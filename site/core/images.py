"""Which pictures are taken in: whole, still, and of a size that the site can work with."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError
from wagtail.admin.forms.account import AvatarPreferencesForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from .image_formats import IMAGE_FORMATS


class CheckedImageField(WagtailImageField):
    """Refuses what Wagtail, which reads a file's head alone, would take and could not show."""

    def to_python(self, data: UploadedFile | None) -> UploadedFile | None:
        """Return the file. Raises ValidationError, with what is wrong and what the limit is."""
        if data and data.size:
            try:
                self._check_kind(data)
                self._check_size(data)
                self._check_picture(data)
            finally:
                data.seek(0)
        return super().to_python(data)

    def _check_kind(self, file: UploadedFile) -> None:
        extension = Path(file.name).suffix.lower().removeprefix(".")
        if extension == "svg":
            words = _("SVG files may hold scripts, so they are not taken. Save it as PNG.")
            raise ValidationError(words, code="svg")
        if extension not in self.allowed_image_extensions:
            words = self.error_messages["invalid_image_extension"]
            raise ValidationError(words, code="invalid_image_extension")

    def _check_size(self, file: UploadedFile) -> None:
        if file.size > self.max_upload_size:
            sizes = {
                "file_size": filesizeformat(file.size),
                "max_filesize": self.max_upload_size_text,
            }
            raise ValidationError(self.error_messages["file_too_large"] % sizes)

    def _check_picture(self, file: UploadedFile) -> None:
        try:
            with Image.open(file, formats=IMAGE_FORMATS) as picture:
                self._check_pixels(*picture.size)
                self._check_is_still(picture)
                picture.load()
        except ValidationError:
            raise
        except UnidentifiedImageError as error:
            raise ValidationError(self.error_messages["invalid_image"]) from error
        except Image.DecompressionBombError as error:
            raise self._too_many_pixels() from error
        except Exception as error:
            # Decoders raise errors of many kinds.
            words = _("The file is damaged or not whole: it cannot be read to its end.")
            raise ValidationError(words, code="damaged") from error

    def _check_pixels(self, width: int, height: int) -> None:
        if width * height > self.max_image_pixels:
            raise self._too_many_pixels()

    def _too_many_pixels(self) -> ValidationError:
        words = _("The picture has too many pixels: at most %(most)d million. Make it smaller.")
        return ValidationError(
            words, code="too_many_pixels", params={"most": self.max_image_pixels // 1_000_000}
        )

    def _check_is_still(self, picture: Image.Image) -> None:
        # An MPO, as many phones make, is a JPEG with a depth map or a brighter version behind it.
        if picture.format != "MPO" and getattr(picture, "is_animated", False):
            words = _("It is an animation, and readers would see its first frame alone. Save that.")
            raise ValidationError(words, code="animated")


class CreditedImageForm(BaseImageForm):
    """The form of an image, wherever one is uploaded: alone, many at once, or in a chooser."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            self.fields["file"] = CheckedImageField(label=field.label, widget=field.widget)


class CheckedAvatarForm(AvatarPreferencesForm):
    """The form of an editor's profile picture, which Wagtail resizes without checking it."""

    avatar = CheckedImageField(
        label=AvatarPreferencesForm.base_fields["avatar"].label, required=False
    )
