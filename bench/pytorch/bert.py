"""A frozen BERT from a Hugging Face-style folder, up to its layers: what both references stand on."""

import json
import struct
from pathlib import Path

import torch
from torch.nn import functional as F


def read_safetensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(bytearray(data[8 + length + begin : 8 + length + end]), dtype=torch.float32)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors, metadata


class Bert:
    def __init__(self, folder: Path):
        config = json.loads((folder / "config.json").read_text())
        self.heads, self.epsilon = config["num_attention_heads"], config.get("layer_norm_eps", 1e-12)
        self.layers, self.width = config["num_hidden_layers"], config["hidden_size"]
        self.weights, _ = read_safetensors(folder / "model.safetensors")

    def linear(self, x, name):
        return F.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def norm(self, x, name):
        return F.layer_norm(x, (self.width,), self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], self.epsilon)

    def embed(self, token_ids):
        at = "bert.embeddings."
        words = self.weights[f"{at}word_embeddings.weight"][token_ids]
        places = self.weights[f"{at}position_embeddings.weight"][: token_ids.shape[1]]
        return self.norm(words + places + self.weights[f"{at}token_type_embeddings.weight"][0], f"{at}LayerNorm")
