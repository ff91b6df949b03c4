"""The training step of late prompt tuning in plain PyTorch: the same work as bench/step/ours.ts, from the same weights.

python step_reference.py MODEL_FOLDER INPUTS THREADS. Each line on standard input, `all N` or `mask-only N`, asks for N
timed steps, after `mark` the peak memory is that of what follows; each answer is a line of JSON. `all` runs the last layer at every position, as transformers and the authors
of the method do; `mask-only` at the mask alone, as this project does. Weights and inputs are read from safetensors files
by hand, so only torch is needed.
"""

import json
import resource
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional as F

from bert import Bert, read_safetensors


class Reference(Bert):
    def __init__(self, folder: Path, inputs: Path):
        super().__init__(folder)
        tensors, metadata = read_safetensors(inputs)
        case = json.loads(metadata["case"])
        self.k, self.p, self.batch = case["insertionLayer"], case["promptLength"], case["batch"]
        count = sum(name.startswith("tokenIds.") for name in tensors)
        take = lambda name: [tensors.pop(f"{name}.{index}").long() for index in range(count)]
        token_ids, mask_position, target, lengths = map(take, ["tokenIds", "maskPosition", "target", "length"])
        self.batches = list(zip(token_ids, mask_position, target, lengths))
        self.trained = {name: value.clone().requires_grad_(True) for name, value in tensors.items()}
        biases = [value for name, value in self.trained.items() if name.endswith("bias")]
        weights = [value for name, value in self.trained.items() if not name.endswith("bias")]
        groups = [{"params": weights, "weight_decay": 0.1}, {"params": biases, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=case["learningRate"])

    def layer(self, hidden, index, bias, positions=None):
        """With `positions`, only that row of each example asks: [B, 1, D]."""
        at = f"bert.encoder.layer.{index}."
        asking = hidden if positions is None else hidden[torch.arange(self.batch), positions][:, None]
        split = lambda x: x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)
        query = split(self.linear(asking, f"{at}attention.self.query"))
        key = split(self.linear(hidden, f"{at}attention.self.key"))
        value = split(self.linear(hidden, f"{at}attention.self.value"))
        context = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        context = context.transpose(1, 2).reshape(self.batch, asking.shape[1], self.width)
        attended = self.norm(asking + self.linear(context, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        raised = F.gelu(self.linear(attended, f"{at}intermediate.dense"))
        return self.norm(attended + self.linear(raised, f"{at}output.dense"), f"{at}output.LayerNorm")

    @staticmethod
    def bias(lengths, longest):
        return torch.where(torch.arange(longest) < lengths[:, None], 0.0, -1e9)[:, None, None]  # [B, 1, 1, T]

    def loss(self, at: int, last_layer_at_mask: bool):
        token_ids, mask_position, target, lengths = self.batches[at]
        bias = self.bias(lengths, token_ids.shape[1])
        with torch.no_grad():
            hidden = self.embed(token_ids)
            for index in range(self.k):
                hidden = self.layer(hidden, index, bias)
        bias = self.bias(lengths + self.p, token_ids.shape[1] + self.p)
        down = F.linear(hidden[:, 0], self.trained["generator.down.weight"], self.trained["generator.down.bias"])
        up = F.linear(torch.relu(down), self.trained["generator.up.weight"], self.trained["generator.up.bias"])
        hidden = torch.cat([up.view(self.batch, self.p, self.width), hidden], dim=1)
        for index in range(self.k, self.layers - 1):
            hidden = self.layer(hidden, index, bias)
        at_mask = mask_position + self.p
        if last_layer_at_mask:
            hidden = self.layer(hidden, self.layers - 1, bias, at_mask)[:, 0]
        else:
            hidden = self.layer(hidden, self.layers - 1, bias)[torch.arange(self.batch), at_mask]
        at = "cls.predictions."
        transformed = self.norm(F.gelu(self.linear(hidden, f"{at}transform.dense")), f"{at}transform.LayerNorm")
        word = self.weights["bert.embeddings.word_embeddings.weight"]
        return F.cross_entropy(F.linear(transformed, word, self.weights[f"{at}bias"]), target)

    def step(self, at: int, last_layer_at_mask: bool) -> float:
        self.optimizer.zero_grad()
        loss = self.loss(at % len(self.batches), last_layer_at_mask)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(self.trained.values()), 1.0)
        self.optimizer.step()
        return float(loss.detach())


def status_mib(field: str) -> float:
    """As Linux counts it."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1024


def peak_mib() -> float:
    """Elsewhere than on Linux, since the start of the process."""
    linux = sys.platform == "linux"
    return status_mib("VmHWM") if linux else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak() -> float:
    Path("/proc/self/clear_refs").write_text("5")
    return status_mib("VmRSS")


def main() -> None:
    folder, inputs, threads = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    reference = Reference(folder, inputs)
    answer = lambda value: print(json.dumps(value), flush=True)
    answer({"version": f"PyTorch {torch.__version__}", "threads": torch.get_num_threads()})
    for line in sys.stdin:
        if line.strip() == "mark":
            answer({"loadedMiB": forget_peak()})
            continue
        kind, count = line.split()
        milliseconds, cpu, losses = [], [], []
        for at in range(int(count)):
            start, cpu_start = time.perf_counter(), time.process_time()
            losses.append(reference.step(at, last_layer_at_mask=kind == "mask-only"))
            milliseconds.append((time.perf_counter() - start) * 1000)
            cpu.append((time.process_time() - cpu_start) * 1000)
        answer({"ms": milliseconds, "cpuMs": cpu, "losses": losses, "peakMemoryMiB": peak_mib()})


if __name__ == "__main__":
    main()
