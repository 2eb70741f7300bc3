"""The scenario: one civil year of a département, invented from a seed and entered by the doors.

`year` invents it, pure and without I/O; `playing` enters it. People are invented; populations,
distances and hours are those of the territory and of the founding data.
"""
