"""Tests of a site in English and German, and what its translators write."""

WORDS = {
    "Home": "Start",
    "Journal": "Tagebuch",
    "The long night": "Die lange Nacht",
    "What it is about.": "Worum es geht.",
    "It begins.": "Es beginnt.",
    "the-long-night": "die-lange-nacht",
    "journal": "tagebuch",
}
