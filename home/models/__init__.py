from .contact_message import ContactMessage
from .contact_page import ContactField, ContactPage
from .home_page import HomePage
from .standard_page import StandardPage

__all__ = ["ContactField", "ContactMessage", "ContactPage", "HomePage", "StandardPage"]
