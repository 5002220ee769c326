"""No content that an editor can save may raise on any channel.

Blocks and fields are discovered, so that a new one is covered by being there.
"""
