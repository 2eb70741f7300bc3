"""The look: layout, components, styles."""
