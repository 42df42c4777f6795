"""The texts with which AWS refuses what its models do not allow, each marked how sure it is."""

from __future__ import annotations

from fargate_kit.sim.wording import Mark, Phrase

# The frame and the constraints are seen in public logs of many services, word by word.
ONE = Phrase("1 validation error detected: {all}", Mark.OBS)
SEVERAL = Phrase("{count} validation errors detected: {all}", Mark.OBS)
BROKEN = Phrase("Value {value} at '{path}' failed to satisfy constraint: {rule}", Mark.OBS)
BROKEN_HIDDEN = Phrase("Value at '{path}' failed to satisfy constraint: {rule}", Mark.OBS)

NOT_NULL = Phrase("Member must not be null", Mark.OBS)
IN_ENUM = Phrase("Member must satisfy enum value set: [{allowed}]", Mark.OBS)
AT_LEAST = Phrase("Member must have value greater than or equal to {limit}", Mark.OBS)
AT_MOST = Phrase("Member must have value less than or equal to {limit}", Mark.OBS)
SHORTEST = Phrase("Member must have length greater than or equal to {limit}", Mark.OBS)
LONGEST = Phrase("Member must have length less than or equal to {limit}", Mark.OBS)
PATTERN = Phrase("Member must satisfy regular expression pattern: {pattern}", Mark.OBS)
FINITE = Phrase("Member must be a finite number", Mark.MEM)
NUMBER = Phrase("Member must be a number", Mark.MEM)
TRUTH = Phrase("Member must be true or false", Mark.MEM)
TIMESTAMP = Phrase("Member must be a timestamp", Mark.MEM)
