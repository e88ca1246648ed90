"""Trace -> Finding: which numbers disagree, where, from operators and operand shapes.

The wording of torch's messages is never read, since it differs between versions and devices.
"""

from autofix.diagnosis.diagnose import diagnose

__all__ = ["diagnose"]
