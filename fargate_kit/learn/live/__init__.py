"""The course on live AWS: off by default, within limits, and taken down from three sides."""
