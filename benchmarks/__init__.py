"""What Debrief costs, each figure beside its floor: the bare library or engine doing the least that could answer.

Both are measured in turns within one run, so that a noisy machine is noisy for both.
"""
