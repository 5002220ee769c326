from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock

from core.channels import ChannelBlock

# What browsers play by themselves.
AUDIO = {"mp3", "m4a", "ogg", "oga", "opus", "wav", "flac"}


class FileValue(blocks.StructValue):
    """A file and what to know of it."""

    @property
    def name(self) -> str:
        """What it is called here, else in the library."""
        return self.get("title") or self["file"].title

    @property
    def is_audio(self) -> bool:
        """Whether it can be listened to on the page."""
        return self["file"].file_extension.lower() in AUDIO

    @property
    def kind(self) -> str:
        """Its kind and size, as “PDF, 1.2 MB”; its kind alone where its size is not known."""
        file = self["file"]
        size = filesizeformat(file.file_size) if file.file_size else ""
        return ", ".join(filter(None, [file.file_extension.upper(), size]))


class FileBlock(ChannelBlock, blocks.StructBlock):
    """A file to fetch; a recording can be listened to where it stands."""

    file = DocumentChooserBlock(label=_("File"))
    title = blocks.CharBlock(
        label=_("Title"),
        required=False,
        max_length=255,
        help_text=_("Left empty, the file's title in the library is shown."),
    )
    description = blocks.TextBlock(
        label=_("Description"),
        required=False,
        help_text=_("For a recording, where to read what is said in it."),
    )

    def get_preview_value(self) -> blocks.StructValue:
        document = get_document_model()(
            pk=0, title="A sleep diary", file="diary.pdf", file_size=48_000
        )
        return self.normalize({"file": document, "description": "One page, to be filled in."})

    class Meta:
        icon = "doc-full-inverse"
        label = _("File or recording")
        description = _("A file to fetch, or a recording to listen to.")
        value_class = FileValue
