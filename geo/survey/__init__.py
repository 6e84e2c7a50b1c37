"""Bringing the survey of a zone: corner tables and surveyors' files to a checked polygon.

A corner table or a file is read in the VN-2000 system that the caller names, becomes a
:class:`SurveyShape` in WGS 84, and is held against plan, districts and neighbours before anything
is saved. A better system is offered, never applied: :func:`reinterpret` does that when asked.
"""

from geo.survey.corners import read_corners
from geo.survey.files import read_survey_file
from geo.survey.preview import Assessment, DistrictShare, Overlap, assess
from geo.survey.shapes import Candidate, SurveyShape, corner_table
from geo.survey.systems import (
    DEGREES,
    MERIDIANS,
    Fit,
    ProvinceSystem,
    fits,
    load_province_systems,
    reinterpret,
    system_name,
    systems_of,
)

__all__ = [
    "DEGREES",
    "MERIDIANS",
    "Assessment",
    "Candidate",
    "DistrictShare",
    "Fit",
    "Overlap",
    "ProvinceSystem",
    "SurveyShape",
    "assess",
    "corner_table",
    "fits",
    "load_province_systems",
    "read_corners",
    "read_survey_file",
    "reinterpret",
    "system_name",
    "systems_of",
]
