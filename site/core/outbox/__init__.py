"""The outbox: emails to one recipient each, stored before they are sent; see decision 0022.

An app registers a kind of email (``kinds``), which builds the message when it is sent, and queues
rows of it (``sending``). While the mail server is down the rows wait.
"""
