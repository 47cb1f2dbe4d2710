"""The stand-in for AI/ML API."""

from sandbox.aimlapi.errors import error_body
from sandbox.aimlapi.generations import Audio, Fate, Generation
from sandbox.aimlapi.key_terms import KeyTerms
from sandbox.aimlapi.price_list import Fixed, Listing, Variable, Variants
from sandbox.aimlapi.request_log import LogTerms
from sandbox.aimlapi.stand_in import KEY, AimlapiStandIn

__all__ = [
    "KEY",
    "AimlapiStandIn",
    "Audio",
    "Fate",
    "Fixed",
    "Generation",
    "KeyTerms",
    "Listing",
    "LogTerms",
    "Variable",
    "Variants",
    "error_body",
]
