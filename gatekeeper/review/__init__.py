"""Was every change peer-reviewed?

facts/           what is known of a change; no conclusion
collect.py       the I/O: a host or a folder of recordings (source.py), and what a clone adds
content/         is it the content that was approved? git's answers (I/O) and what they mean (pure)
owners/          whose approval a path needs, by the base's CODEOWNERS
range/           the commits of a release, each traced to the pull request that proves it
judge.py         the verdict on a pull request: a case (case.py) is who had a part in it
                 (claims.py, contributors.py), whose approval counts (opinions.py, approvals.py),
                 and the policy (settings.py)
"""
