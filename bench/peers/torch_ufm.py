"""PyTorch baselines for training the deep linear unconstrained feature model: one thread, CPU.

Reads one JSON object per line on standard input, {"method", "dtype", "L", "d", "K", "n", "seconds"}, trains for
about that long after a warm-up, and answers {"stepsPerSecond"} on one line. dtype is "float64" or "float32". L counts
the trainable d x d matrices; a K x d head and d x N free features come on top.
Loss and step are those of the program under test:
(1/2N) ||F - Y||^2 + lambda/2 (||H||^2 + sum ||W||^2), gradient descent.
"""
import json
import sys
import time

import torch

torch.set_num_threads(1)

RATE, DECAY = 0.05, 5e-3


def start(L, d, K, n):
    generator = torch.Generator().manual_seed(0)
    N = K * n
    shapes = [(d, N)] + [(d, d)] * L + [(K, d)]
    parameters = [torch.randn(s, generator=generator) / d ** 0.5 for s in shapes]
    targets = torch.eye(K).repeat_interleave(n, dim=1)
    return parameters, targets


def eager(L, d, K, n):
    """What researchers write: a loop over the layers, autograd, torch.optim.SGD."""
    parameters, targets = start(L, d, K, n)
    for p in parameters:
        p.requires_grad_(True)
    optimizer = torch.optim.SGD(parameters, lr=RATE, weight_decay=DECAY)
    N = K * n

    def step():
        optimizer.zero_grad(set_to_none=True)
        h = parameters[0]
        for w in parameters[1:]:
            h = w @ h
        loss = ((h - targets) ** 2).sum() / (2 * N)
        loss.backward()
        optimizer.step()

    return step


def head_first(L, d, K, n):
    """The strongest plain form: gradients by hand, the K-row head multiplied first, everything in place."""
    parameters, targets = start(L, d, K, n)
    h, ws = parameters[0], parameters[1:]
    N = K * n
    products = [torch.empty(K, d) for _ in range(L)]  # head @ W_L ... W_l
    backs = [torch.empty(K, d) for _ in range(L + 1)]  # error @ H_l^T
    error = torch.empty(K, N)
    keep = 1 - RATE * DECAY

    def step():
        a = ws[L]
        for l in range(L - 1, -1, -1):
            a = torch.mm(a, ws[l], out=products[l])
        torch.addmm(targets, a, h, beta=-1, out=error)
        torch.mm(error, h.t(), out=backs[0])
        for l in range(L):
            torch.mm(backs[l], ws[l].t(), out=backs[l + 1])
        h.addmm_(a.t(), error, beta=keep, alpha=-RATE / N)
        for l in range(L):
            upper = products[l + 1] if l + 1 < L else ws[L]
            ws[l].addmm_(upper.t(), backs[l], beta=keep, alpha=-RATE / N)
        ws[L].mul_(keep).add_(backs[L], alpha=-RATE / N)

    return step


METHODS = {"eager": eager, "head-first": head_first}


def rate_of(step, seconds):
    for _ in range(20):
        step()
    count, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        for _ in range(20):
            step()
        count += 20
    return count / (time.perf_counter() - begin)


def main():
    for line in sys.stdin:
        case = json.loads(line)
        torch.set_default_dtype(getattr(torch, case["dtype"]))
        make = METHODS[case["method"]]
        # Each in its own best mode: autograd for eager, no graph at all for the hand-written form.
        with torch.set_grad_enabled(case["method"] == "eager"):
            rate = rate_of(make(case["L"], case["d"], case["K"], case["n"]), case["seconds"])
        print(json.dumps({"stepsPerSecond": rate}), flush=True)


if __name__ == "__main__":
    main()
