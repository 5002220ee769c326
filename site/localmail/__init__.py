"""The local mailbox: mail caught in development, shown at /mailbox/ (DEBUG only)."""
