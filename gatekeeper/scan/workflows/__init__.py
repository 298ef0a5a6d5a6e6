"""The workflows gate: can the pipeline itself be turned against what it releases?"""
