"""The components' style sheets are one file for readers."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

SOURCES = Path(settings.SITE_DIR) / "static/css"
# Linked where they are wanted: for whoever proves some work, for editors.
APART = {"proof.css", "styleguide.css"}


@pytest.fixture
def components(settings, tmp_path) -> Path:
    """Return a folder of style sheets of which ``site.css`` joins some, to be collected."""
    css = tmp_path / "sources/css"
    css.mkdir(parents=True)
    (css / "site.css").write_text(
        '/* All. */\n@import "second.css";\n@import "first.css";\n@import "paper.css" print;\n'
    )
    (css / "first.css").write_text("a { color: red }\n")
    (css / "paper.css").write_text("nav { display: none }\n")
    (css / "second.css").write_text('b { background: url("../img/dot.svg") }\n')
    (tmp_path / "sources/img").mkdir()
    (tmp_path / "sources/img/dot.svg").write_text("<svg/>")
    settings.STATICFILES_DIRS = [tmp_path / "sources"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    storage = {"BACKEND": "core.stylesheets.JoiningStaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": storage}
    finders.get_finder.cache_clear()
    yield css
    finders.get_finder.cache_clear()


def collected() -> str:
    """Collect static files; return the sheet of the site as it is served."""
    call_command("collectstatic", interactive=False, verbosity=0)
    return staticfiles_storage.open(staticfiles_storage.stored_name("css/site.css")).read().decode()


def test_what_is_served_has_its_parts_in_their_order(components):
    sheet = collected()
    assert sheet.index("b {") < sheet.index("a {")
    assert "@import" not in sheet
    assert sheet.endswith("@media print {\nnav { display: none }\n}\n\n")


def test_files_that_a_part_names_are_found_under_their_collected_names(components):
    (address,) = re.findall(r'url\("\.\./(img/dot\.\w+\.svg)"\)', collected())
    assert staticfiles_storage.exists(address)


def test_a_part_that_changes_gives_the_sheet_another_name(components):
    collected()
    before = staticfiles_storage.stored_name("css/site.css")
    (components / "first.css").write_text("a { color: green }\n")
    assert "green" in collected()
    assert staticfiles_storage.stored_name("css/site.css") != before


def test_a_part_that_is_missing_stops_the_collecting(components):
    (components / "first.css").unlink()
    with pytest.raises(KeyError, match=r"first\.css"):
        collected()


def test_every_component_is_part_of_the_sheet_of_the_site():
    parts = re.findall(r'^@import "(.+?)"', (SOURCES / "site.css").read_text(), re.MULTILINE)
    assert sorted({*parts, "site.css"} | APART) == sorted(
        file.name for file in SOURCES.glob("*.css")
    )


@pytest.mark.django_db
def test_a_page_waits_for_one_style_sheet(client, home):
    links = re.findall(r'<link rel="stylesheet" href="([^"]+)"', client.get(home.url).text)
    assert links == ["/static/css/site.css"]
