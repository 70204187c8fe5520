"""Golden numbers: values from other libraries, or from sums by hand, that tests of gan are held against.

Each module here is one part of tools/make_golden.py; its `write` writes the part's files to gan/golden/.
"""
