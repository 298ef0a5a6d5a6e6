"""The composition root: the only reader of the environment and of secrets.

environment.py   variables and folders of this machine, each gate given only what is its own
gates.py         the registry of gates
catalog.py       reads `rules/`
policies.py      finds the policy, in the base revision when a pull request is judged
subjects.py      what exactly is judged
run.py           check and replay: puts the parts together
"""
