"""The application for legal aid, one question a page."""
