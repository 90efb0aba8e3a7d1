"""The workplace in the browser, and the API."""
