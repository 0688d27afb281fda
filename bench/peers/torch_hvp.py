"""PyTorch baselines for Hessian-vector products on the CPU, one thread.

Reads {"method", "model", "dtype", ..., "seconds"} a line, answers {"stepsPerSecond"} (products per second).
Models: "ufm" with L, d, K, n as in torch_ufm.py (data loss (1/2N) ||F - Y||^2, all parameters);
"mlp" with "layers" (64-128-128-10, say), biases, ReLU, mean cross-entropy, 1797 samples.
Methods: "double-backward" keeps the graph of the gradient and differentiates it once more, the head multiplied
first (the best eager form); "r-operator" is the forward-over-reverse product written by hand, without autograd.
"""
import torch

from serve import serve, without_autograd

SAMPLES = 1797


def ufm_shapes(case):
    L, d, K, n = case["L"], case["d"], case["K"], case["n"]
    return [(d, K * n)] + [(d, d)] * L + [(K, d)]


def ufm_parameters(case):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(s, generator=generator) / case["d"] ** 0.5 for s in ufm_shapes(case)]


def ufm_loss(case, ps):
    targets = torch.eye(case["K"]).repeat_interleave(case["n"], dim=1)
    a = ps[-1]
    for w in reversed(ps[1:-1]):
        a = a @ w
    return ((a @ ps[0] - targets) ** 2).sum() / (2 * targets.shape[1])


def ufm_double_backward(case):
    """The product as a function of the directions, one for each parameter."""
    ps = [p.requires_grad_(True) for p in ufm_parameters(case)]
    grads = torch.autograd.grad(ufm_loss(case, ps), ps, create_graph=True)
    return lambda vs: torch.autograd.grad(grads, ps, vs, retain_graph=True)


def mlp_shapes(case):
    widths = [int(width) for width in case["layers"].split("-")]
    return [shape for i, o in zip(widths, widths[1:]) for shape in ((o, i), (o, 1))]


def mlp_parameters(case):
    generator = torch.Generator().manual_seed(0)
    start = lambda s: torch.randn(s, generator=generator) * (2 / s[1]) ** 0.5 if s[1] > 1 else torch.zeros(s)
    return [start(s) for s in mlp_shapes(case)]


def mlp_data(case):
    inputs, classes = mlp_shapes(case)[0][1], mlp_shapes(case)[-1][0]
    x = torch.randn(inputs, SAMPLES, generator=torch.Generator().manual_seed(1))
    return x, torch.arange(SAMPLES) % classes


def mlp_loss(case, ps, x, labels):
    h = x
    for l in range(0, len(ps), 2):
        h = ps[l] @ (torch.relu(h) if l > 0 else h) + ps[l + 1]
    # Not cross_entropy: forward mode over its backward pass is missing in PyTorch 1.13.
    return (torch.logsumexp(h, dim=0) - h.gather(0, labels[None])[0]).mean()


def mlp_r_operator(case):
    """The product as a function of the directions, by hand."""
    ps = mlp_parameters(case)
    ws, bs = ps[0::2], ps[1::2]
    depth, N = len(ws), SAMPLES
    x, labels = mlp_data(case)
    y = torch.nn.functional.one_hot(labels, ws[-1].shape[0]).t().to(x.dtype)
    # Everything that does not depend on the direction is computed once.
    h, hs, masks = x, [x], []
    for w, b in zip(ws[:-1], bs[:-1]):
        z = torch.addmm(b, w, h)
        masks.append((z > 0).to(x.dtype))
        h = z * masks[-1]
        hs.append(h)
    p = torch.softmax(torch.addmm(bs[-1], ws[-1], h), dim=0)
    ds = [None] * (depth - 1) + [(p - y) / N]
    for l in range(depth - 2, -1, -1):
        ds[l] = (ws[l + 1].t() @ ds[l + 1]) * masks[l]

    def product(directions):
        vs, us = directions[0::2], directions[1::2]
        rs, r = [None], None
        for l in range(depth):
            z = torch.addmm(us[l], vs[l], hs[l])
            if r is not None:
                z.addmm_(ws[l], r)
            if l < depth - 1:
                r = z.mul_(masks[l])
                rs.append(r)
        pz = p * z
        rd = (pz - p * pz.sum(0, keepdim=True)) / N
        out = [None] * (2 * depth)
        for l in range(depth - 1, -1, -1):
            g = rd @ hs[l].t()
            if rs[l] is not None:
                g.addmm_(ds[l], rs[l].t())
            out[2 * l], out[2 * l + 1] = g, rd.sum(1, keepdim=True)
            if l > 0:
                rd = (ws[l].t() @ rd).addmm_(vs[l].t(), ds[l]).mul_(masks[l - 1])
        return out

    return without_autograd(product)


SHAPES = {"ufm": ufm_shapes, "mlp": mlp_shapes}
PRODUCTS = {("ufm", "double-backward"): ufm_double_backward, ("mlp", "r-operator"): mlp_r_operator}


def one_product(case):
    product = PRODUCTS[case["model"], case["method"]](case)
    generator = torch.Generator().manual_seed(1)
    vs = [torch.randn(s, generator=generator) for s in SHAPES[case["model"]](case)]
    step = lambda: product(vs)
    return step if getattr(product, "autograd", True) else without_autograd(step)


if __name__ == "__main__":
    serve(one_product)
