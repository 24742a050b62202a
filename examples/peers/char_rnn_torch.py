"""The model, the batches and the optimiser of examples/char_rnn.cpp on PyTorch, for comparison.

    char_rnn_torch.py input.txt [--steps 2000 ...]

Weights are drawn from the same ranges (PyTorch's own), with another generator.
"""
import argparse
import math
import time

import torch
import torch.nn.functional as F
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("file")
parser.add_argument("--kind", default="lstm", choices=["rnn", "lstm", "gru"])
parser.add_argument("--hidden", type=int, default=128)
parser.add_argument("--layers", type=int, default=2)
parser.add_argument("--streams", type=int, default=50)
parser.add_argument("--length", type=int, default=50)
parser.add_argument("--steps", type=int, default=2000)
parser.add_argument("--report-every", type=int, default=500)
parser.add_argument("--lr", type=float, default=2e-3)
parser.add_argument("--clip", type=float, default=5)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--threads", type=int, default=0)
args = parser.parse_args()
if args.threads > 0:
    torch.set_num_threads(args.threads)
torch.manual_seed(args.seed)

data = open(args.file, "rb").read()
number = {code: i for i, code in enumerate(sorted(set(data)))}
tokens = torch.tensor([number[code] for code in data])
cut = len(data) // 10 * 9


class Model(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[args.kind]
        self.vocabulary = vocabulary
        self.rnn = kind(vocabulary, args.hidden, num_layers=args.layers)
        self.output = nn.Linear(args.hidden, vocabulary)

    def forward(self, x, state):
        y, state = self.rnn(F.one_hot(x, self.vocabulary).float(), state)
        return self.output(y), state


def pieces(text):
    """[length, streams] of characters and of the next ones, one after the other."""
    apart = (len(text) - 1) // args.streams
    now = text[: args.streams * apart].view(args.streams, apart)
    following = text[1 : args.streams * apart + 1].view(args.streams, apart)
    for i in range(apart // args.length):
        part = slice(i * args.length, (i + 1) * args.length)
        yield now[:, part].t().contiguous(), following[:, part].t().contiguous()


def detached(state):
    return tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


def loss_of(model, x, y, state):
    logits, state = model(x, state)
    return F.cross_entropy(logits.view(-1, len(number)), y.view(-1)), state


def held_out_bits(model):
    with torch.no_grad():
        losses, state = [], None
        for x, y in pieces(tokens[cut:]):
            loss, state = loss_of(model, x, y, state)
            losses.append(loss.item())
    return sum(losses) / len(losses) / math.log(2)


model = Model(len(number))
adam = torch.optim.Adam(model.parameters(), lr=args.lr)
training = list(pieces(tokens[:cut]))
state, losses, seconds = None, [], 0.0
for step in range(1, args.steps + 1):
    start = time.perf_counter()
    piece = (step - 1) % len(training)
    loss, state = loss_of(model, *training[piece], None if piece == 0 else state)
    adam.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), args.clip)
    adam.step()
    state = detached(state)
    losses.append(loss.item())
    seconds += time.perf_counter() - start
    if step % args.report_every == 0 or step == args.steps:
        rate = step * args.streams * args.length / seconds
        print(f"step {step:5}  training {sum(losses) / len(losses) / math.log(2):.4f}  held out "
              f"{held_out_bits(model):.4f} bits a character  {rate:.0f} characters/s", flush=True)
        losses = []
print(f"{args.steps} steps in {seconds:.1f} s of training")
