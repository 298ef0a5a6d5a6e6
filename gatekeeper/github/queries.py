"""Every GraphQL query, as constants; the tests hold them against GitHub's published schema.

Each page of a pull request repeats its head and base, so that a push during the reading shows.
`reviews` has no filter: a dismissed or pending review is evidence too.
"""

from __future__ import annotations

_ACTOR = "{ __typename login ... on Node { id } }"
_GIT_ACTOR = "{ name email user { id login } }"
_PAGE = "pageInfo { hasNextPage endCursor } totalCount"

_COMMITS = f"""
  {_PAGE}
  nodes {{ commit {{
    oid message committedViaWeb
    tree {{ oid }}
    parents(first: 100) {{ {_PAGE} nodes {{ oid }} }}
    author {_GIT_ACTOR}
    committer {_GIT_ACTOR}
    authors(first: 20) {{ {_PAGE} nodes {_GIT_ACTOR} }}
    signature {{ isValid wasSignedByGitHub }}
  }} }}
"""
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
_ENDS = "number state headRefOid baseRefOid baseRefName"


def _pull(name: str, fields: str, variables: str = "") -> str:
    return f"""
query {name}($owner: String!, $name: String!, $number: Int!{variables}) {{
  repository(owner: $owner, name: $name) {{
    nameWithOwner
    pullRequest(number: $number) {{ {_ENDS} {fields} }}
  }}
}}
"""


_AFTER = ", $after: String, $first: Int!"

PULL_REQUEST_ENDS = _pull("PullRequestEnds", "")
PULL_REQUEST = _pull(
    "PullRequest",
    f"""
      mergedAt headRefName author {_ACTOR}
      commits(first: $first) {{ {_COMMITS} }}
      reviews(first: $first) {{ {_REVIEWS} }}
      timelineItems(first: $first, itemTypes: {_EVENT_TYPES}) {{ {_EVENTS} }}
    """,
    ", $first: Int!",
)
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

ALL = {
    name: text
    for name, text in globals().items()
    if name.isupper() and not name.startswith("_") and isinstance(text, str)
}
