"""Changes the code, one small change (a mutant) at a time, to see whether the tests notice.

`make mutation` does it and writes docs/mutation.md. Only what is fast and pure decides.
"""
