"""What a scanner's detector means to us: the first pattern that its name matches decides.

A name that none matches is a service's token, so that a newer scanner's new detectors count.
"""

from __future__ import annotations

import re

OTHER = "secret-service-token"
_KINDS = {
    # what identifies but opens nothing by itself
    "secret-public-identifier": (
        r"(client|access|application|app|account|tenant|project|user)-id(\.\d+)?$|-auth-id|-key-id"
        r"|access-key-id|public-key|pub-key|pub-api-key|account-name|cloud-name|-(url|host|domain)"
        r"(\.\d+)?$|polymarket-address|username|token-name|publictoken|-repository$|client-sdk-key"
        r"|mobile-sdk-key|segment-public|publicip|softlayeruser"
    ),
    "secret-private-key": r"private-?key|age-secret-key|origin-ca-key",
    "secret-encryption-key": r"encryption-key|unlock-key|signing-key|sidekiq-secret",
    "secret-database-credential": (
        r"credential-uri|connection-string|mongodb|couchbase|planetscale|neon-|supabase|clickhouse"
        r"|cockroach|datastax|influxdb|redis|snowflake|databricks"
    ),
    "secret-source-access": (
        r"github|gitlab|gitea|bitbucket|sourcegraph|azure-?dev|codecommit|codecatalyst"
        r"|circle-?ci|travis|drone|buildkite|bitrise|harness|octopus|jenkins|mergify|sonar"
    ),
    "secret-package-registry": (
        r"pypi|npm|rubygems|crates-io|clojars|nuget|packagist|docker|artifactory|cloudsmith"
    ),
    "secret-cloud-credential": (
        r"aws|amazon|gcp|azure|alibaba|ibm-|yandex|digitalocean|heroku|vault|hashicorp|hcp|linode"
        r"|cloudflare|flyio|scaleway|vultr|upcloud|civo|exoscale|kubernetes|openshift|terraform"
        r"|pulumi|doppler|infisical|1password|bitwarden|fastly|netlify|vercel|render|ovh"
    ),
    "secret-payment-credential": (
        r"stripe|paypal|square-|plaid|razorpay|flutterwave|adyen|checkout|coinbase|kraken|kucoin"
        r"|bittrex|polymarket|gocardless|midtrans|xendit|rainforest|paddle|finicity|duffel|ramp"
        r"|mercury|highnote|shopify|asaas"
    ),
    "secret-messaging-credential": (
        r"slack|discord|telegram|teams|twilio|sendgrid|mailgun|mailchimp|mailersend|sendinblue"
        r"|postmark|messagebird|sendbird|plivo|telnyx|mattermost|resend|opsgenie|pagerduty"
    ),
    "secret-signed-token": r"^jwt|json web token|okta|auth0|authress|clerk|workos|jumpcloud",
    "secret-password": (
        r"password|passwd|curl-auth|basic auth|authorization-header|key-literal|secret keyword"
    ),
    "secret-high-entropy": r"high entropy",
}
_COMPILED = {rule: re.compile(pattern) for rule, pattern in _KINDS.items()}
# Whose values a person may have made up: their digest would give a short one away.
_MADE_UP = re.compile(
    r"password|credential-uri|connection-string|literal|header|curl-auth|entropy|keyword|basic auth"
    r"|sidekiq|tf-|username|kubernetes"
)


def short(detector: str) -> str:
    """Return a detector's name without the catalog that it comes from."""
    return detector.rpartition("/")[2].removeprefix("betterleaks.").removeprefix("gatekeeper.")


def rule_of(detector: str) -> str:
    """Return the id in the catalog for a detector's short name."""
    name = detector.lower()
    return next((rule for rule, known in _COMPILED.items() if known.search(name)), OTHER)


def made_up(detector: str) -> bool:
    """True where a person, not a machine, may have chosen the secret."""
    return _MADE_UP.search(detector.lower()) is not None


def all_rules() -> tuple[str, ...]:
    """Return every rule that a detector can lead to."""
    return (*_KINDS, OTHER)
