"""The latest posts for feed readers: whole, with what they disclose, as RSS, Atom and JSON Feed."""
