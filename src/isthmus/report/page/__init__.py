"""The page: one HTML file that needs nothing but itself."""

from isthmus.report.page.compose import report

__all__ = ["report"]
