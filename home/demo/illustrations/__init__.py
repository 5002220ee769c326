"""The illustrations of the demo content: scenes, portraits and book covers, drawn by script.

All of them are drawn from flat shapes with Pillow, in one palette, and are the same on every
machine: chance is seeded by the name, and the only font is the one that ships with Pillow.
"""

from .covers import cover
from .portraits import portrait
from .scenes import SCENES, scene

__all__ = ["SCENES", "cover", "portrait", "scene"]
