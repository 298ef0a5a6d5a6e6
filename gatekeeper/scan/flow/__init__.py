"""Follows data through one file: what a visitor sends, up to the calls that it must not reach.

An abstract interpreter of the syntax tree, on the standard library alone. It folds constants,
leaves out branches that cannot be taken, keeps the entries of containers apart and goes into the
functions and classes of the file. Start reading in `analysis.py`.
"""
