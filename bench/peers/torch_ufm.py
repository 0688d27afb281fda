"""PyTorch baselines for training the deep linear unconstrained feature model: one thread, CPU.

Reads one JSON object per line on standard input, {"method", "dtype", "L", "d", "K", "n", "seconds"}, trains for
about that long after a warm-up, and answers {"stepsPerSecond"} on one line. dtype is "float64" or "float32". L counts
the trainable d x d matrices; a K x d head and d x N free features come on top.
Loss and step are those of the program under test:
(1/2N) ||F - Y||^2 + lambda/2 (||H||^2 + sum ||W||^2), gradient descent.
"""
import torch

from serve import serve, without_autograd

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

    return without_autograd(step)


METHODS = {"eager": eager, "head-first": head_first}


if __name__ == "__main__":
    serve(lambda case: METHODS[case["method"]](case["L"], case["d"], case["K"], case["n"]))
