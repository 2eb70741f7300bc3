"""The look of every service: layout, components, styles and French wording. Knows no service."""

from pages.assets import StaticFile, static_directory, static_file, static_url
from pages.charts import Bar, BarChart, Choropleth, Class, Shape
from pages.environment import environment
from pages.explanations import Explanation, explain
from pages.form import Form
from pages.frame import Frame, Link, Reader
from pages.timeline import Step

__all__ = [
    "Bar",
    "BarChart",
    "Choropleth",
    "Class",
    "Explanation",
    "Form",
    "Frame",
    "Link",
    "Reader",
    "Shape",
    "StaticFile",
    "Step",
    "environment",
    "explain",
    "static_directory",
    "static_file",
    "static_url",
]
