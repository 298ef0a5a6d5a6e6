"""How often is a harmless feature rolled back, and a harmful one promoted, under peeking?

Simulates experiments: contexts arrive, are assigned to an arm and may fail; after every batch
somebody looks and decides. Prints the share of experiments that each method rolled back and
promoted, next to a z-test that is read the same way.

    python scripts/bench/experimental/looks.py [--experiments 400] [--looks 200] [--seed 1]
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import sin
from statistics import median

import classic

from gatekeeper.experimental.statistics.tally import WHOLE, Arm, Tally
from gatekeeper.experimental.statistics.weighing import Limits, weigh

LIMITS = Limits()
BATCH = 400
# one-sided 5 %
Z_CRITICAL = 1.6449


@dataclass(frozen=True)
class Scene:
    """One way in which traffic behaves."""

    name: str
    ratio: float = 1.0
    rate: float = 0.01
    shares: tuple[float, ...] = (0.5,)
    drift: float = 0.0
    # requests of one context, which all fail together
    requests: int = 1


SCENES = (
    Scene("no effect"),
    Scene("no effect, 5 % arm", shares=(0.05,)),
    Scene("no effect, errors drift by half", drift=0.5),
    Scene("no effect, 5 → 25 → 50 %", shares=(0.05, 0.25, 0.5)),
    Scene("no effect, drift and 5 → 25 → 50 %", drift=0.5, shares=(0.05, 0.25, 0.5)),
    Scene("no effect, 10 requests fail together", requests=10),
    Scene("a fifth fewer errors", ratio=0.8),
    Scene("errors × 1.5", ratio=1.5),
    Scene("errors × 1.5, 5 → 25 → 50 %", ratio=1.5, shares=(0.05, 0.25, 0.5)),
    Scene("errors × 2", ratio=2.0),
)


def stages(scene: Scene, looks: int, rng: random.Random) -> Iterator[list[Tally]]:
    """Yield what was counted by each look, stage by stage."""
    done: list[Tally] = []
    each = looks // len(scene.shares)
    for number, share in enumerate(scene.shares):
        now = Tally(Arm(), Arm(), round(share * WHOLE))
        for look in range(each):
            rate = scene.rate * (1 + scene.drift * sin((number * each + look) / 15))
            now = _batch(now, (share, rate, rate * scene.ratio), rng)
            yield [*done, now]
        done.append(now)


def _batch(now: Tally, chances: tuple[float, float, float], rng: random.Random) -> Tally:
    share, usual, treated = chances
    experimental = _hits(BATCH, share, rng)
    return replace(
        now,
        control=_more(now.control, BATCH - experimental, usual, rng),
        experimental=_more(now.experimental, experimental, treated, rng),
    )


def _more(arm: Arm, contexts: int, rate: float, rng: random.Random) -> Arm:
    return Arm(arm.contexts + contexts, arm.errors + _hits(contexts, rate, rng))


def _hits(draws: int, chance: float, rng: random.Random) -> int:
    return sum(rng.random() < chance for _ in range(draws))


def e_process(found: list[Tally], scene: Scene) -> str:  # noqa: ARG001 - one signature for all
    """Decide as gatekeeper does: on distinct contexts."""
    weighed = weigh(found, LIMITS)
    if weighed.harmful(LIMITS):
        return "rolled back"
    return "promoted" if weighed.safety >= LIMITS.threshold else ""


def requests_e_process(found: list[Tally], scene: Scene) -> str:
    """Decide the same way, on requests."""
    return e_process([_as_requests(tally, scene.requests) for tally in found], scene)


def z_test(found: list[Tally], scene: Scene) -> str:
    """Decide by a nominal 5 % z-test of all requests, read anew at each look."""
    tallies = [_as_requests(tally, scene.requests) for tally in found]
    sizes = tuple(sum(sums) for sums in zip(*map(_sizes, tallies), strict=True))
    errors = tuple(sum(sums) for sums in zip(*map(_errors, tallies), strict=True))
    if classic.z_score(errors, sizes) > Z_CRITICAL:
        return "rolled back"
    margin = (sizes[0] * LIMITS.margin, sizes[1])
    return "promoted" if classic.z_score(errors, margin) < -Z_CRITICAL else ""


def maxsprt(found: list[Tally], scene: Scene) -> str:
    """Decide by the Poisson MaxSPRT, with what the control arm shows taken as known."""
    tallies = [_as_requests(tally, scene.requests) for tally in found]
    expected = sum(t.control.errors * t.experimental.contexts / t.control.contexts for t in tallies)
    met = sum(t.experimental.errors for t in tallies)
    # without an expectation there is nothing to compare with
    ratio = classic.maxsprt_ratio(met, expected) if expected else 0.0
    return "rolled back" if ratio > MAXSPRT else ""


def _as_requests(tally: Tally, each: int) -> Tally:
    control, experimental = tally.control, tally.experimental
    return replace(
        tally,
        control=Arm(control.contexts * each, control.errors * each),
        experimental=Arm(experimental.contexts * each, experimental.errors * each),
    )


def _sizes(tally: Tally) -> tuple[int, int]:
    return tally.experimental.contexts, tally.control.contexts


def _errors(tally: Tally) -> tuple[int, int]:
    return tally.experimental.errors, tally.control.errors


MAXSPRT = classic.maxsprt_critical(50, 0.05)
METHODS: dict[str, Callable[[list[Tally], Scene], str]] = {
    "gatekeeper": e_process,
    "e-process on requests": requests_e_process,
    "z-test": z_test,
    "MaxSPRT": maxsprt,
}


@dataclass
class Score:
    """What a method decided over all experiments."""

    rolled_back: int = 0
    promoted: int = 0


def run(scene: Scene, experiments: int, looks: int, seed: int) -> None:
    """Print how each method decided."""
    scores = {name: Score() for name in METHODS}
    waits: list[int] = []
    for number in range(experiments):
        undecided = dict(METHODS)
        for found in stages(scene, looks, random.Random(f"{seed}:{number}:{scene.name}")):
            for name, method in list(undecided.items()):
                decision = method(found, scene)
                if not decision:
                    continue
                del undecided[name]
                if decision == "rolled back":
                    scores[name].rolled_back += 1
                    continue
                scores[name].promoted += 1
                if name == "gatekeeper":
                    waits.append(sum(sum(_sizes(tally)) for tally in found))
            if not undecided:
                break
    cells = (
        f"{100 * s.rolled_back / experiments:5.1f} {100 * s.promoted / experiments:5.1f}"
        for s in scores.values()
    )
    wait = f"{median(waits):>9,.0f}" if waits else "        –"
    print(f"{scene.name:<38} {'      '.join(cells)} {wait}", flush=True)


def main() -> None:
    """Run every scene."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=400)
    parser.add_argument("--looks", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    print(f"{given.experiments} experiments, {given.looks} looks, {BATCH} contexts a look")
    print("% rolled back, % promoted; last: median contexts until gatekeeper promotes")
    print(f"{'':<38} {'   '.join(f'{name:<14.14}' for name in METHODS)}")
    for scene in SCENES:
        run(scene, given.experiments, given.looks, given.seed)
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
