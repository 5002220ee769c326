"""The scenes by name."""

from collections.abc import Callable

from PIL import Image

from . import closeups, greenery, household, interiors, outdoors, waterside
from .canvas import Canvas

SIZE = (1600, 1000)

_DRAWN_BY: dict[str, Callable[[Canvas], None]] = {
    "lantern-window": outdoors.lantern_window,
    "bus-stop-rain": outdoors.bus_stop_rain,
    "two-chairs": interiors.two_chairs,
    "night-desk": interiors.night_desk,
    "kitchen-table": household.kitchen_table,
    "empty-swing": outdoors.empty_swing,
    "ladder-and-moon": outdoors.ladder_and_moon,
    "harbour-morning": waterside.harbour_morning,
    "waiting-room": interiors.waiting_room,
    "hands-and-cup": closeups.hands_and_cup,
    "path-in-woods": greenery.path_in_woods,
    "letters": closeups.letters,
    "bedroom-dawn": household.bedroom_dawn,
    "small-boat": waterside.small_boat,
    "garden-bench": greenery.garden_bench,
    "clock-and-cat": closeups.clock_and_cat,
}

SCENES: tuple[str, ...] = tuple(_DRAWN_BY)


def scene(name: str) -> Image.Image:
    """Return one of the `SCENES`, 1600 by 1000 pixels; the same name gives the same picture.

    Raises KeyError, with the known names, if there is no such scene.
    """
    if name not in _DRAWN_BY:
        raise KeyError(f"no scene {name!r}; there are {', '.join(SCENES)}")
    canvas = Canvas(*SIZE, name)
    _DRAWN_BY[name](canvas)
    return canvas.finish()
