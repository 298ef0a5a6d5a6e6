"""Every GraphQL query, as constants; the tests hold them against GitHub's published schema.

Each page of a pull request repeats its head and base, so that a push during the reading shows.
`reviews` has no filter: a dismissed or pending review is evidence too.
"""

from __future__ import annotations

_ACTOR = "{ __typename login ... on Node { id } }"
_GIT_ACTOR = "{ name email user { id login } }"
_PAGE = "pageInfo { hasNextPage endCursor } totalCount"

_COMMIT = f"""
    oid message committedViaWeb
    tree {{ oid }}
    parents(first: 100) {{ {_PAGE} nodes {{ oid }} }}
    author {_GIT_ACTOR}
    committer {_GIT_ACTOR}
    authors(first: 20) {{ {_PAGE} nodes {_GIT_ACTOR} }}
    signature {{ isValid wasSignedByGitHub }}
"""
_COMMITS = f"{_PAGE} nodes {{ commit {{ {_COMMIT} }} }}"
_REVIEWS = f"""
  {_PAGE}
  nodes {{
    id state submittedAt authorCanPushToRepository
    author {_ACTOR}
    commit {{ oid }}
  }}
"""
_EVENTS = f"""
  {_PAGE}
  nodes {{
    __typename
    ... on HeadRefForcePushedEvent {{
      createdAt actor {_ACTOR} beforeCommit {{ oid }} afterCommit {{ oid }}
    }}
    ... on BaseRefChangedEvent {{
      createdAt actor {_ACTOR} previousRefName currentRefName
    }}
    ... on AutomaticBaseChangeSucceededEvent {{
      createdAt actor {_ACTOR} previousRefName: oldBase currentRefName: newBase
    }}
    ... on BaseRefForcePushedEvent {{
      createdAt actor {_ACTOR} beforeCommit {{ oid }} afterCommit {{ oid }}
    }}
    ... on BaseRefDeletedEvent {{
      createdAt actor {_ACTOR} baseRefName
    }}
    ... on ReviewDismissedEvent {{
      createdAt actor {_ACTOR} review {{ id }}
    }}
  }}
"""
# a base that GitHub changes by itself, when the branch below was merged, is no BASE_REF_CHANGED
_EVENT_TYPES = """[
  HEAD_REF_FORCE_PUSHED_EVENT, REVIEW_DISMISSED_EVENT,
  BASE_REF_CHANGED_EVENT, AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT,
  BASE_REF_FORCE_PUSHED_EVENT, BASE_REF_DELETED_EVENT
]"""
# `baseRefOid` stays where the base was when the head was last pushed; the branch itself moves on
_ENDS = "number state headRefOid baseRefOid baseRefName baseRef { target { oid } }"


def _pull(name: str, fields: str, variables: str = "") -> str:
    return f"""
query {name}($owner: String!, $name: String!, $number: Int!{variables}) {{
  repository(owner: $owner, name: $name) {{
    id nameWithOwner
    pullRequest(number: $number) {{ {_ENDS} {fields} }}
  }}
}}
"""


_AFTER = ", $after: String, $first: Int!"

PULL_REQUEST_ENDS = _pull("PullRequestEnds", "")
_WHOLE = f"""
  {_ENDS} mergedAt headRefName author {_ACTOR}
  repository {{ id nameWithOwner }}
  headRepository {{ id nameWithOwner }}
  mergedBy {_ACTOR}
  mergeCommit {{ {_COMMIT} }}
  assignees(first: 20) {{ {_PAGE} nodes {{ id login }} }}
  commits(first: $first) {{ {_COMMITS} }}
  reviews(first: $first) {{ {_REVIEWS} }}
  timelineItems(first: $first, itemTypes: {_EVENT_TYPES}) {{ {_EVENTS} }}
"""
PULL_REQUEST = _pull("PullRequest", _WHOLE, ", $first: Int!")
MORE_COMMITS = _pull(
    "MoreCommits", f"commits(first: $first, after: $after) {{ {_COMMITS} }}", _AFTER
)
MORE_REVIEWS = _pull(
    "MoreReviews", f"reviews(first: $first, after: $after) {{ {_REVIEWS} }}", _AFTER
)
MORE_EVENTS = _pull(
    "MoreEvents",
    f"timelineItems(first: $first, after: $after, itemTypes: {_EVENT_TYPES}) {{ {_EVENTS} }}",
    _AFTER,
)
COMMIT_AUTHORS = f"""
query CommitAuthors($owner: String!, $name: String!, $oid: GitObjectID!, $first: Int!,
                    $after: String) {{
  repository(owner: $owner, name: $name) {{
    object(oid: $oid) {{
      ... on Commit {{ authors(first: $first, after: $after) {{ {_PAGE} nodes {_GIT_ACTOR} }} }}
    }}
  }}
}}
"""

_PULLS = f"{_PAGE} nodes {{ number repository {{ id }} }}"
COMMIT_PULLS = f"""
query CommitPulls($owner: String!, $name: String!, $oid: GitObjectID!, $first: Int!,
                  $after: String) {{
  repository(owner: $owner, name: $name) {{
    object(oid: $oid) {{
      ... on Commit {{ associatedPullRequests(first: $first, after: $after) {{ {_PULLS} }} }}
    }}
  }}
}}
"""
# what a release is held against: the branch that it has to be on, and where its tags are now
RANGE_ENDS = """
query RangeEnds($owner: String!, $name: String!, $from: String!, $to: String!) {
  repository(owner: $owner, name: $name) {
    id nameWithOwner
    defaultBranchRef { name target { oid } }
    from: ref(qualifiedName: $from) { target { oid ... on Tag { target { oid } } } }
    to: ref(qualifiedName: $to) { target { oid ... on Tag { target { oid } } } }
  }
}
"""
BRANCH_TIP = """
query BranchTip($owner: String!, $name: String!, $ref: String!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) { name target { oid } }
  }
}
"""
MERGE_QUEUE = f"""
query MergeQueue($owner: String!, $name: String!, $branch: String!, $first: Int!,
                 $after: String) {{
  repository(owner: $owner, name: $name) {{
    mergeQueue(branch: $branch) {{
      entries(first: $first, after: $after) {{
        {_PAGE} nodes {{ headCommit {{ oid }} pullRequest {{ number repository {{ id }} }} }}
      }}
    }}
  }}
}}
"""


def range_commits(number: int) -> str:
    """Return a query for this many commits: those named `$oid0`, `$oid1`, … come as `c0`, `c1`."""
    one = " c{0}: object(oid: $oid{0}) {{ ... on Commit {{ ...Whole }} }}"
    return f"""
query RangeCommits($owner: String!, $name: String!{_numbered(", $oid{}: GitObjectID!", number)}) {{
  repository(owner: $owner, name: $name) {{ id nameWithOwner {_numbered(one, number)} }}
}}
fragment Whole on Commit {{
  {_COMMIT}
  associatedPullRequests(first: 10) {{ {_PULLS} }}
}}
"""


def range_pulls(number: int) -> str:
    """Return a query for this many pull requests: `$number0`, … come as `p0`, …."""
    one = " p{0}: pullRequest(number: $number{0}) {{ ...Whole }}"
    asked = _numbered(", $number{}: Int!", number)
    return f"""
query RangePulls($owner: String!, $name: String!, $first: Int!{asked}) {{
  repository(owner: $owner, name: $name) {{ id nameWithOwner {_numbered(one, number)} }}
}}
fragment Whole on PullRequest {{ {_WHOLE} }}
"""


def _numbered(text: str, number: int) -> str:
    return "".join(map(text.format, range(number)))


RANGE_COMMITS_OF_TWO = range_commits(2)
RANGE_PULLS_OF_TWO = range_pulls(2)
ALL = {
    name: text
    for name, text in globals().items()
    if name.isupper() and not name.startswith("_") and isinstance(text, str)
}
