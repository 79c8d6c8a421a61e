"""A stand-in of ICE's site on loopback: scripted day by day, misbehaving on request, logging every request."""

from tests.standin.faults import FAULTS
from tests.standin.server import Logged
from tests.standin.site import Posted, StandIn

__all__ = ["FAULTS", "Logged", "Posted", "StandIn"]
