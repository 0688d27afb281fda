"""PyTorch baselines for Hessian-vector products on the CPU, one thread, float64.

Reads {"method", "model", ..., "seconds"} a line, answers {"stepsPerSecond"} (products per second).
Models: "ufm" with L, d, K, n as in torch_ufm.py (data loss (1/2N) ||F - Y||^2, all parameters);
"mlp": 64-128-128-10 with biases, ReLU, mean cross-entropy, 1797 samples.
Methods: "double-backward" keeps the graph of the gradient and differentiates it once more, the head multiplied
first (the best eager form); "r-operator" is the forward-over-reverse product written by hand, without autograd.
"""
import json
import sys
import time

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def ufm_double_backward(case):
    L, d, K, n = case["L"], case["d"], case["K"], case["n"]
    N = K * n
    generator = torch.Generator().manual_seed(0)
    shapes = [(d, N)] + [(d, d)] * L + [(K, d)]
    ps = [(torch.randn(s, generator=generator) / d ** 0.5).requires_grad_(True) for s in shapes]
    vs = [torch.randn(s, generator=generator) for s in shapes]
    targets = torch.eye(K).repeat_interleave(n, dim=1)
    a = ps[-1]
    for w in reversed(ps[1:-1]):
        a = a @ w
    loss = ((a @ ps[0] - targets) ** 2).sum() / (2 * N)
    grads = torch.autograd.grad(loss, ps, create_graph=True)
    return lambda: torch.autograd.grad(grads, ps, vs, retain_graph=True)


def mlp_products():
    """Products of the data Hessian with a direction (vs for the weights, us for the biases), last layer first."""
    generator = torch.Generator().manual_seed(0)
    widths, N = [64, 128, 128, 10], 1797
    ws = [torch.randn(o, i, generator=generator) * (2 / i) ** 0.5 for i, o in zip(widths, widths[1:])]
    bs = [torch.zeros(o, 1) for o in widths[1:]]
    x = torch.randn(64, N, generator=generator)
    y = torch.nn.functional.one_hot(torch.arange(N) % 10, 10).t().to(x.dtype)
    # Everything that does not depend on the direction is computed once.
    h, hs, masks = x, [x], []
    for w, b in zip(ws[:-1], bs[:-1]):
        z = torch.addmm(b, w, h)
        masks.append((z > 0).to(x.dtype))
        h = z * masks[-1]
        hs.append(h)
    p = torch.softmax(torch.addmm(bs[-1], ws[-1], h), dim=0)
    ds = [None, None, (p - y) / N]
    ds[1] = (ws[2].t() @ ds[2]) * masks[1]
    ds[0] = (ws[1].t() @ ds[1]) * masks[0]

    def product(vs, us):
        rs, r = [None], None
        for l in range(3):
            z = torch.addmm(us[l], vs[l], hs[l])
            if r is not None:
                z.addmm_(ws[l], r)
            if l < 2:
                r = z.mul_(masks[l])
                rs.append(r)
        pz = p * z
        rd = (pz - p * pz.sum(0, keepdim=True)) / N
        out = []
        for l in (2, 1, 0):
            g = rd @ hs[l].t()
            if rs[l] is not None:
                g.addmm_(ds[l], rs[l].t())
            out.append((g, rd.sum(1, keepdim=True)))
            if l > 0:
                rd = (ws[l].t() @ rd).addmm_(vs[l].t(), ds[l]).mul_(masks[l - 1])
        return out

    return product


def mlp_r_operator(_case):
    generator = torch.Generator().manual_seed(1)
    widths = [64, 128, 128, 10]
    vs = [torch.randn(o, i, generator=generator) for i, o in zip(widths, widths[1:])]
    us = [torch.randn(o, 1, generator=generator) for o in widths[1:]]
    product = mlp_products()
    return lambda: product(vs, us)


METHODS = {("ufm", "double-backward"): ufm_double_backward, ("mlp", "r-operator"): mlp_r_operator}


def rate_of(step, seconds):
    for _ in range(5):
        step()
    count, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        step()
        count += 1
    return count / (time.perf_counter() - begin)


def main():
    for line in sys.stdin:
        case = json.loads(line)
        method = case["method"]
        step = METHODS[case["model"], method](case)
        with torch.set_grad_enabled(method == "double-backward"):
            rate = rate_of(step, case["seconds"])
        print(json.dumps({"stepsPerSecond": rate}), flush=True)


if __name__ == "__main__":
    main()
