"""Pages that `--html` writes: each is one file that asks nothing of anybody when it is read.

`check` and `reports` work out what stands on theirs, `templates/` say how it looks, `template`
escapes it, and `whole` writes it.
"""
