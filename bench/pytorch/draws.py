"""The random numbers of lpt/random.ts in torch: number i of a stream depends on seed, name and i alone, so the other side of a
comparison can start from the same values and drop the same numbers.
"""

import torch

WORD = 0xFFFFFFFF


def mix(word: torch.Tensor) -> torch.Tensor:
    """A permutation of 32-bit words, held in 64-bit integers."""
    word = word & WORD
    word = ((word ^ (word >> 16)) * 0x7FEB352D) & WORD
    word = ((word ^ (word >> 15)) * 0x846CA68B) & WORD
    return word ^ (word >> 16)


def keys(seed: int, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    word = mix(torch.tensor(seed)) ^ mix(torch.tensor(seed // 2**32 + 0x9E3779B9))
    for character in name:
        word = mix(word ^ ord(character))
    return word, mix(word + 0x85EBCA6B)


def uniforms(seed: int, name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Uniform in (0, 1): 23 random bits and a half."""
    first, second = keys(seed, name)
    count = torch.Size(shape).numel()
    hashed = mix(mix(torch.arange(count) ^ first) + second)
    return (((hashed >> 9).double() + 0.5) / 2**23).float().view(shape)


def dropout_mask(seed: int, name: str, rate: float, shape: tuple[int, ...]) -> torch.Tensor:
    """0 with probability `rate`, else 1 / (1 - rate)."""
    return torch.where(uniforms(seed, name, shape) < rate, 0.0, 1 / (1 - rate))
