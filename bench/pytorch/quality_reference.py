"""Late prompt tuning (naive prompt generator) in plain PyTorch: the recipe that bench/quality.ts and
bench/sweep.ts train with our program.

python quality_reference.py MODEL_FOLDER THREADS. Each line on standard input is the path of a JSON file with settings and
encoded examples; the answers are lines of JSON, one a score on dev and one at the end. Examples, initial values, order and
what is dropped are the same as ours, so that the two differ by what they compute alone, not by luck. Nothing inside the
frozen layers is dropped, so their output below the prompt may be computed once. Only torch is needed.
"""

import json
import math
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from bert import Bert
from draws import dropout_mask, uniforms

SCORING_BATCH = 32


class Backbone(Bert):
    """With its masked-LM head."""

    def layer(self, hidden, real, index):
        """`hidden` [B, T, D]; `real` [B, T] is true where a token stands, false for padding."""
        at = f"bert.encoder.layer.{index}."
        split = lambda x: x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)
        query, key, value = (split(self.linear(hidden, f"{at}attention.self.{part}")) for part in ("query", "key", "value"))
        context = F.scaled_dot_product_attention(query, key, value, attn_mask=real[:, None, None, :])
        context = context.transpose(1, 2).reshape(hidden.shape)
        attended = self.norm(hidden + self.linear(context, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        raised = F.gelu(self.linear(attended, f"{at}intermediate.dense"))
        return self.norm(attended + self.linear(raised, f"{at}output.dense"), f"{at}output.LayerNorm")

    def logits(self, at_mask):
        at = "cls.predictions."
        transformed = self.norm(F.gelu(self.linear(at_mask, f"{at}transform.dense")), f"{at}transform.LayerNorm")
        return F.linear(transformed, self.weights["bert.embeddings.word_embeddings.weight"], self.weights[f"{at}bias"])


class Split:
    """Examples with H_k of each: computed once, or anew for each batch, as the authors' own program does."""

    def __init__(self, backbone: Backbone, examples: list[dict], k: int, computes_once: bool):
        self.backbone, self.k = backbone, k
        self.rows = [torch.tensor(example["tokenIds"]) for example in examples]
        self.mask_position = torch.tensor([example["maskPosition"] for example in examples])
        self.label = torch.tensor([example["label"] for example in examples])
        self.by_length = sorted(range(len(examples)), key=lambda index: len(self.rows[index]))
        self.hidden: list[torch.Tensor] | None = self.fill() if computes_once else None

    def __len__(self) -> int:
        return len(self.rows)

    def fill(self) -> list[torch.Tensor]:
        kept = [torch.empty(0)] * len(self)
        for members in chunks(self.by_length, SCORING_BATCH):
            for index, states in zip(members, self.lower(members)[0]):
                kept[index] = states[: len(self.rows[index])].clone()
        return kept

    @torch.no_grad()
    def lower(self, indices: list[int]):
        token_ids, real = pad([self.rows[index] for index in indices])
        hidden = self.backbone.embed(token_ids)
        for index in range(self.k):
            hidden = self.backbone.layer(hidden, real, index)
        return hidden, real

    def batch(self, indices: list[int]):
        hidden, real = self.lower(indices) if self.hidden is None else pad([self.hidden[index] for index in indices])
        return hidden, real, self.mask_position[indices], self.label[indices]


class LatePrompt(nn.Module):
    """P = reshape(W2 relu(W1 h + b1) + b2), h the first token's vector of H_k; P goes in front of H_k."""

    def __init__(self, backbone: Backbone, settings: dict):
        super().__init__()
        self.backbone = backbone
        self.k, self.p, self.dropout = settings["insertionLayer"], settings["promptLength"], settings["dropout"]
        self.down = nn.Linear(backbone.width, settings["bottleneck"])
        self.up = nn.Linear(settings["bottleneck"], self.p * backbone.width)

    @torch.no_grad()
    def initialise(self, seed: int):
        """As nn.Linear does, within one over the root of its inputs, but by numbers that are told by the seed."""
        for part in ("down", "up"):
            linear = getattr(self, part)
            for name, values in linear.named_parameters():
                numbers = uniforms(seed, f"generator.{part}.{name}", values.shape)
                values.copy_((2 * numbers - 1) / math.sqrt(linear.in_features))

    def forward(self, hidden, real, mask_position, dropout_seed: int | None = None):
        size = hidden.shape[0]
        prompt = self.up(torch.relu(self.down(hidden[:, 0]))).view(size, self.p, -1)
        if dropout_seed is not None:
            prompt = prompt * dropout_mask(dropout_seed, "dropout", self.dropout, prompt.shape)
        hidden = torch.cat([prompt, hidden], dim=1)
        real = torch.cat([torch.ones(size, self.p, dtype=torch.bool), real], dim=1)
        for index in range(self.k, self.backbone.layers):
            hidden = self.backbone.layer(hidden, real, index)
        return self.backbone.logits(hidden[torch.arange(size), mask_position + self.p])


def pad(rows: list[torch.Tensor]):
    lengths = torch.tensor([len(row) for row in rows])
    padded = nn.utils.rnn.pad_sequence(rows, batch_first=True)
    return padded, torch.arange(padded.shape[1])[None] < lengths[:, None]


def chunks(items: list[int], size: int):
    return (items[start : start + size] for start in range(0, len(items), size))


def score(metric: str, predicted: torch.Tensor, label: torch.Tensor) -> float:
    accuracy = (predicted == label).double().mean().item()
    if metric == "accuracy":
        return accuracy
    if metric != "accuracy-f1":
        raise ValueError(f"Expected the metric accuracy or accuracy-f1, found {metric}.")
    hits = ((predicted == 1) & (label == 1)).sum().item()
    misses = ((predicted == 1) != (label == 1)).sum().item()
    return (accuracy + (2 * hits / (2 * hits + misses) if hits else 0.0)) / 2


@torch.no_grad()
def evaluate(model: LatePrompt, split: Split, words: torch.Tensor, metric: str) -> float:
    predicted = torch.empty(len(split), dtype=torch.long)
    for indices in chunks(split.by_length, SCORING_BATCH):
        hidden, real, mask_position, _ = split.batch(indices)
        predicted[indices] = model(hidden, real, mask_position)[:, words].argmax(dim=1)
    return score(metric, predicted, split.label)


def schedule(steps: int, warmup_fraction: float):
    """Linear warm-up from zero, then linear decay to zero."""
    warmup = math.ceil(steps * warmup_fraction)
    return lambda step: step / warmup if step < warmup else max(0, steps - step) / max(1, steps - warmup)


def train(backbone: Backbone, case: dict, answer) -> None:
    training, k = case["training"], case["method"]["insertionLayer"]
    splits = {name: Split(backbone, examples, k, case["computesOnce"]) for name, examples in case["examples"].items()}
    words = torch.tensor(case["labelWordIds"])
    model = LatePrompt(backbone, case["method"])
    model.initialise(case["trainSeed"])
    trained = dict(model.named_parameters())
    groups = [
        {"params": [p for name, p in trained.items() if not name.endswith("bias")], "weight_decay": training["weightDecay"]},
        {"params": [p for name, p in trained.items() if name.endswith("bias")], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=training["learningRate"])
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule(training["steps"], training["warmupFraction"]))
    best = {"score": -1.0, "step": 0, "weights": {}}
    for step, (indices, dropout_seed) in enumerate(zip(case["order"], case["dropoutSeeds"], strict=True), start=1):
        hidden, real, mask_position, label = splits["train"].batch(indices)
        optimizer.zero_grad()
        F.cross_entropy(model(hidden, real, mask_position, dropout_seed), words[label]).backward()
        nn.utils.clip_grad_norm_(list(trained.values()), training["clipNorm"])
        optimizer.step()
        rate.step()
        if step % training["evaluateEvery"] == 0 or step == training["steps"]:
            dev = evaluate(model, splits["dev"], words, case["metric"])
            answer({"type": "dev", "step": step, "score": dev})
            if dev > best["score"]:
                weights = {name: value.detach().clone() for name, value in trained.items()}
                best = {"score": dev, "step": step, "weights": weights}
    model.load_state_dict(best["weights"])
    test = evaluate(model, splits["test"], words, case["metric"])
    ends = {"devScore": best["score"], "selectedStep": best["step"], "testScore": test}
    answer({"type": "finished", **ends, "testExamples": len(splits["test"])})


def main() -> None:
    folder, threads = Path(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    backbone = Backbone(folder)
    answer = lambda value: print(json.dumps(value), flush=True)
    answer({"version": f"PyTorch {torch.__version__}"})
    for line in sys.stdin:
        train(backbone, json.loads(Path(line.strip()).read_text()), answer)


if __name__ == "__main__":
    main()
