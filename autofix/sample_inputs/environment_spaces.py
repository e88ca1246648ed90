"""The spaces of environments that programs make by name: how long an observation is, and how many actions there are.

Of the environments that gym and gymnasium come with; any other is not told.
"""

from __future__ import annotations

import re
from typing import Any

from autofix.sample_inputs.abstract_interpreter.values import NAMESPACE, UNKNOWN, Instance

# The shape of an observation, () for one of so many states; the number of actions, or how long a continuous one is.
_SPACES: dict[str, tuple[int | tuple[int, ...], int | tuple[int, ...]]] = {
    "CartPole": ((4,), 2),
    "MountainCar": ((2,), 3),
    "MountainCarContinuous": ((2,), (1,)),
    "Acrobot": ((6,), 3),
    "Pendulum": ((3,), (1,)),
    "LunarLander": ((8,), 4),
    "LunarLanderContinuous": ((8,), (2,)),
    "BipedalWalker": ((24,), (4,)),
    "BipedalWalkerHardcore": ((24,), (4,)),
    "CarRacing": ((96, 96, 3), (3,)),
    "HalfCheetah": ((17,), (6,)),
    "Hopper": ((11,), (3,)),
    "Walker2d": ((17,), (6,)),
    "Swimmer": ((8,), (2,)),
    "FrozenLake": (16, 4),
    "Taxi": (500, 6),
    "CliffWalking": (48, 4),
}


def of_name(name: Any) -> Any:
    """Return an environment by its name, with its spaces as attributes; UNKNOWN where it is not told."""
    spaces = _SPACES.get(re.sub(r"-v\d+$", "", name)) if isinstance(name, str) else None
    if spaces is None:
        return UNKNOWN
    observations, actions = map(_space, spaces)
    return Instance(NAMESPACE, {"observation_space": observations, "action_space": actions})


def _space(size: int | tuple[int, ...]) -> Instance:
    return Instance(NAMESPACE, {"n": size} if isinstance(size, int) else {"shape": size})
