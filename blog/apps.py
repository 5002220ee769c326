from django.apps import AppConfig


class BlogConfig(AppConfig):
    name = "blog"

    def ready(self) -> None:
        """Index what the library refers to in every process; the admin's alone would by itself."""
        from wagtail.models import ReferenceIndex

        from . import (
            indexing,  # noqa: F401 Its receiver keeps the index of the search.
            moved,  # noqa: F401 Its receivers lead on from old addresses.
        )

        for model in self.get_models():
            ReferenceIndex.register_model(model)
