"""What ``manage.py check --deploy`` asks of the machine."""

from django.core.checks import CheckMessage, Tags, Warning, register

from . import pdf


@register(Tags.compatibility, deploy=True)
def check_pdf_can_be_made(**kwargs: object) -> list[CheckMessage]:
    """Warn where the system's libraries for PDF are missing: posts then offer none."""
    missing = pdf.missing_libraries()
    if not missing:
        return []
    return [
        Warning(
            f"Posts are not offered as PDF: {', '.join(missing)} cannot be loaded.",
            hint="On Debian: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0.",
            id="gazette.W012",
        )
    ]
