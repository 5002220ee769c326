import pytest
from PIL import ImageChops

from home.demo.illustrations import SCENES, cover, portrait, scene

LONG_TITLE = "On the Incomprehensibilities of Counterrevolutionary Tenderness, " * 9
ENDLESS_WORD = "Donaudampfschifffahrtsgesellschaft" * 5
COVER_MARGIN = 40


@pytest.fixture(scope="module")
def waiting_room():
    return scene("waiting-room")


@pytest.fixture(scope="module")
def unlettered_cover():
    return cover("", "", "seed")


def test_a_scene_is_a_wide_rgb_picture(waiting_room):
    assert (waiting_room.size, waiting_room.mode) == ((1600, 1000), "RGB")


def test_a_scene_is_the_same_each_time_it_is_drawn(waiting_room):
    assert scene("waiting-room").tobytes() == waiting_room.tobytes()


def test_a_scene_uses_light_and_dark(waiting_room):
    darkest, lightest = waiting_room.convert("L").getextrema()
    assert darkest < 40
    assert lightest > 200


def test_the_demo_has_sixteen_scenes():
    assert len(set(SCENES)) == 16


def test_an_unknown_scene_is_refused_with_the_known_names():
    with pytest.raises(KeyError) as error:
        scene("purple-elephant")
    assert all(name in str(error.value) for name in ("purple-elephant", *SCENES))


def test_a_portrait_is_a_square_rgb_picture_that_follows_from_the_name():
    first = portrait("Amara Okafor")
    assert (first.size, first.mode) == ((600, 600), "RGB")
    assert portrait("Amara Okafor").tobytes() == first.tobytes()
    assert portrait("Tom Whitfield").tobytes() != first.tobytes()


def test_a_cover_is_an_upright_rgb_picture_that_follows_from_its_seed(unlettered_cover):
    assert (unlettered_cover.size, unlettered_cover.mode) == ((600, 900), "RGB")
    assert cover("", "", "seed").tobytes() == unlettered_cover.tobytes()
    assert cover("", "", "another seed").tobytes() != unlettered_cover.tobytes()


@pytest.mark.parametrize("title", [LONG_TITLE, ENDLESS_WORD])
def test_lettering_stays_inside_the_margins_of_a_cover(title, unlettered_cover):
    lettered = cover(title, "A. Author, " * 20, "seed")
    left, top, right, bottom = ImageChops.difference(lettered, unlettered_cover).getbbox()
    assert left >= COVER_MARGIN
    assert top >= COVER_MARGIN
    assert right <= 600 - COVER_MARGIN
    assert bottom <= 900 - COVER_MARGIN


def test_a_cover_draws_letters_that_its_font_lacks_without_their_accents():
    assert cover("Étude", "", "seed").tobytes() == cover("Etude", "", "seed").tobytes()
