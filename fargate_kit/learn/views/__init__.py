"""The pictures of the course: pure functions from a state to HTML or SVG, and nothing else.

No function here asks AWS, the clock or the network, and whatever text it is given is escaped.
"""

from __future__ import annotations
