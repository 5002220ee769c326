"""Whole answers to readers, kept until something changes that they show.

A page is the same for every reader without a session. ``middleware`` says which answers are kept,
``store`` where and under which name, ``purging`` when they are given up, and by ``marks`` a view
tells what only it can know. ``memory`` keeps what pages have in common, for those yet to be made.
"""
