from django.apps import AppConfig


class BlogConfig(AppConfig):
    name = "blog"

    def ready(self) -> None:
        """Index what the library refers to in every process; the admin's alone would by itself."""
        from wagtail.models import ReferenceIndex

        from core import problems

        # They register checks and receivers.
        from . import checks, indexing, moved, publishing, renaming  # noqa: F401
        from .comments import notices

        renaming.connect()
        problems.register(notices.find_problems)
        for model in self.get_models():
            ReferenceIndex.register_model(model)
