"""The evidence of the gate `experimental`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from gatekeeper.experimental.configuration import Counts, Fared, Observed
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.state import FeatureState, Phase


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """What came of walking the ledger's chain.

    Attributes:
        present: False when there is no ledger.
        entries: how many it holds, of all streams.
        head: digest of the last entry; empty when there is no ledger.
        latest: when the last entry was recorded; None when there is none.
        problems: a sentence for each entry that is not as it was written.
    """

    present: bool
    entries: int = 0
    head: str = ""
    latest: datetime | None = None
    problems: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """True when there is a ledger and every entry is as it was written."""
        return self.present and not self.problems

    def ahead(self, now: datetime) -> timedelta:
        """Return how far in the future its last entry is dated; nothing where it is not."""
        return max(self.latest - now, timedelta(0)) if self.latest else timedelta(0)


@dataclass(frozen=True, slots=True)
class FeatureFacts:
    """One feature that is declared or recorded.

    Attributes:
        key: of the feature.
        feature: as declared; None when nothing declares it.
        state: as recorded; None when nothing is, or when the ledger does not verify.
        observed: its flags in production, under every name that it has or had.
        exposure: distinct contexts since its last change; None when nobody counted.
        fared: how contexts fared in the present stage; None when nobody was told.
    """

    key: str
    feature: Feature | None
    state: FeatureState | None
    observed: tuple[Observed, ...] = ()
    exposure: Counts | None = None
    fared: Fared | None = None

    @property
    def phase(self) -> Phase | None:
        """As recorded; None when nothing is."""
        return self.state.phase if self.state else None

    @property
    def flags(self) -> frozenset[str]:
        """What may be on in its name: the declared flag, and all that a general feature set."""
        declared = frozenset({self.feature.flag}) if self.feature else frozenset()
        return declared | self.released_flags

    @property
    def released_flags(self) -> frozenset[str]:
        """Every flag that it set, once it is general; none before."""
        return self.state.flags if self.state and self.general else frozenset()

    @property
    def general(self) -> bool:
        """True when it is released: nothing has to declare it any more."""
        return self.state is not None and self.state.released


@dataclass(frozen=True, slots=True)
class ExperimentalEvidence:
    """Everything that the judge looks at.

    Attributes:
        backend: the vendor's name.
        backend_present: False when there is nothing that could be read.
        production: the backend's name of the environment that was looked at.
        folder: where declarations were looked for.
        only: the one feature that was asked for; empty for all.
        chain: the ledger.
        features: every feature that is declared or recorded, by key.
        flags: every flag of the production environment, by key.
        base: the commit that the declarations are of when a pull request is judged, or empty.
        changes: a sentence for each declaration that is not as in the base.
        tracked: files of flags and phases that git tracks: part of the change, and not opened.
    """

    backend: str
    backend_present: bool
    production: str
    folder: str
    only: str
    chain: ChainFacts
    features: tuple[FeatureFacts, ...] = ()
    flags: tuple[Observed, ...] = ()
    base: str = ""
    changes: tuple[str, ...] = ()
    tracked: tuple[str, ...] = ()

    @property
    def seen(self) -> tuple[Observed, ...]:
        """Every flag that was looked at; some of them twice."""
        return (*self.flags, *(flag for one in self.features for flag in one.observed))

    @property
    def live(self) -> tuple[Observed, ...]:
        """Every flag that is on; some of them twice."""
        return tuple(filter(attrgetter("live"), self.seen))

    @property
    def flags_of_features(self) -> frozenset[str]:
        """What may be on in the name of some feature."""
        return frozenset[str]().union(*(one.flags for one in self.features))

    @property
    def nothing_asked(self) -> bool:
        """True when there is no feature, no flag and no record of any."""
        asked = (self.backend_present, self.chain.present, self.features, self.tracked)
        return not any(asked)
