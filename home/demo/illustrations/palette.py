"""The colours of the demo's illustrations, and how they are mixed.

Every picture takes its colours from here; lighter and darker shades are made by mixing two of
them, so that the pictures stay one family.
"""

Colour = tuple[int, int, int]

NIGHT: Colour = (17, 20, 40)
INK: Colour = (27, 31, 58)
INDIGO: Colour = (44, 50, 94)
DUSK: Colour = (82, 82, 130)
HAZE: Colour = (152, 144, 178)

PINE: Colour = (28, 58, 68)
TEAL: Colour = (58, 108, 117)
MIST: Colour = (170, 196, 192)
MOSS: Colour = (84, 112, 92)
SAGE: Colour = (150, 172, 142)

RUST: Colour = (138, 68, 56)
CLAY: Colour = (192, 107, 79)
ROSE: Colour = (224, 158, 136)
AMBER: Colour = (242, 174, 78)
GLOW: Colour = (255, 217, 142)
CREAM: Colour = (247, 236, 216)
WOOD: Colour = (112, 70, 62)

SKINS: tuple[Colour, ...] = (
    (244, 208, 178),
    (226, 176, 140),
    (198, 142, 106),
    (160, 106, 78),
    (128, 84, 66),
    (100, 67, 58),
)


def mix(one: Colour, other: Colour, share: float = 0.5) -> Colour:
    """Return *one* with *share* (0 to 1) of *other* in it."""
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
