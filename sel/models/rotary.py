"""Rotary positions that grow with a sequence, and forget what they have met."""

from __future__ import annotations

from typing import Any

MOVING = ("dynamic", "longrope")
"""Rotary positions that depend on the longest sequence of a pass."""


def window(model: Any) -> int | None:
    """Beyond how many tokens the positions of a sequence depend on its length."""
    config = model.config.get_text_config()
    rope = getattr(config, "rope_parameters", None) or {}
    several = [rope, *(one for one in rope.values() if isinstance(one, dict))]
    for one in several:
        if one.get("rope_type") in MOVING:
            known = one.get("original_max_position_embeddings")
            return int(known or config.max_position_embeddings)
    return None


def reset(model: Any) -> None:
    """Let rotary positions forget the longest sequence that they have met."""
    for module in model.modules():
        for name in [*vars(module), *module._buffers]:
            if name.endswith("original_inv_freq"):
                kind = name.removesuffix("original_inv_freq")
                known = getattr(module, name).to(model.device)
                module.register_buffer(
                    f"{kind}inv_freq", known.clone(), persistent=False
                )
                most = module.original_max_seq_len
                setattr(module, f"{kind}max_seq_len_cached", most)


def stretch(model: Any) -> None:
    """Turn plain rotary positions into those that grow with a sequence."""
    config = model.config.get_text_config()
    rope = getattr(config, "rope_parameters", None)
    if not rope or rope.get("rope_type") != "default":
        return
    rope |= {"rope_type": "dynamic", "factor": 1.0}
    for module in model.modules():
        if getattr(module, "rope_type", None) == "default":
            module.rope_type = "dynamic"
