"""Release ranges: which pull request brought each commit, and whether that one was reviewed.

index.py     a range's pull requests, by what they brought where
origins.py   from a commit to the pull request that proves it, or why none does
judge.py     every commit and every pull request, judged
rows.py      one line for each commit, as an auditor reads it
collect.py   gathers the facts: git says which commits, a host (or a folder) says how they came
"""
