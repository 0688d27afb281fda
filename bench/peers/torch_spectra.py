"""PyTorch and NumPy baselines for spectra, one thread, float64: the same algorithms with R-operators by hand.

Reads one JSON request a line, answers {"stepsPerSecond"} (whole computations per second).
Methods: "lanczos" takes {"model", "steps", "probes"}: so many probes of Lanczos with full reorthogonalisation, two gemv
a pass in every step and a second pass only where the first took much away, the tridiagonal problem at the end (ours makes
a pass only where an estimate of the lost orthogonality asks for one, about every eighth step);
with "vectors": k the k largest Ritz vectors are formed too. "nc1" is the textbook form with covariances and pinv,
"nc" adds NC2 to NC4 in the usual vectorised form. Models as in torch_hvp.py.
"""
import numpy
import torch

import torch_hvp
from serve import serve, without_autograd


def ufm_r_operator(case):
    """Product of the data Hessian of (1/2N) ||F - Y||^2, F = W_{L+1} ... W_1 H, in the cheapest order: K rows throughout.

    With A_l = W_{L+1} ... W_{l+1} and C_l = E (W_l ... W_1 H)^T the gradients are A_l^T C_{l-1}, so that everything but
    the gradients themselves has K rows. What does not depend on the direction is computed once.
    """
    L, d, K, n = case["L"], case["d"], case["K"], case["n"]
    N = K * n
    generator = torch.Generator().manual_seed(0)
    shapes = [(d, N)] + [(d, d)] * L + [(K, d)]
    sizes = [a * b for a, b in shapes]
    H, *ws, head = [torch.randn(s, generator=generator) / d ** 0.5 for s in shapes]
    targets = torch.eye(K).repeat_interleave(n, dim=1)
    above = [head]
    for w in reversed(ws):
        above.insert(0, above[0] @ w)
    error = (above[0] @ H - targets) / N
    seen = [error @ H.t()]
    for w in ws:
        seen.append(seen[-1] @ w.t())

    def product(x):
        vH, *vs, vhead = [v.view(s) for v, s in zip(torch.split(x, sizes), shapes)]
        ra = [vhead]
        for l in range(L - 1, -1, -1):
            ra.insert(0, (ra[0] @ ws[l]).addmm_(above[l + 1], vs[l]))
        re = (ra[0] @ H).addmm_(above[0], vH).div_(N)
        rc = (re @ H.t()).addmm_(error, vH.t())
        out = [(ra[0].t() @ error).addmm_(above[0].t(), re)]
        for l in range(L):
            out.append((ra[l + 1].t() @ seen[l]).addmm_(above[l + 1].t(), rc))
            rc = (rc @ ws[l].t()).addmm_(seen[l], vs[l].t())
        out.append(rc)
        return torch.cat([g.reshape(-1) for g in out])

    return product, sum(sizes)


def mlp_r_operator(case):
    shapes = torch_hvp.mlp_shapes(case)
    sizes = [a * b for a, b in shapes]
    with_directions = torch_hvp.mlp_r_operator(case)

    def product(x):
        out = with_directions([v.view(s) for v, s in zip(torch.split(x, sizes), shapes)])
        return torch.cat([g.reshape(-1) for g in out])

    return product, sum(sizes)


MODELS = {"ufm": ufm_r_operator, "mlp": mlp_r_operator}


def lanczos(product, n, steps, generator, vectors):
    basis = torch.empty(steps, n)
    q = torch.randn(n, generator=generator)
    q /= q.norm()
    alpha, beta = torch.empty(steps), torch.empty(steps)
    for j in range(steps):
        basis[j] = q
        w = product(q)
        alpha[j] = q @ w
        w.sub_(q, alpha=float(alpha[j]))
        if j > 0:
            w.sub_(basis[j - 1], alpha=float(beta[j - 1]))
        before = w.norm()
        for _ in range(2):
            w.sub_(basis[: j + 1].t() @ (basis[: j + 1] @ w))
            after = w.norm()
            if after >= 0.7 * before:
                break
            before = after
        beta[j] = after
        q = w / after
    T = torch.diag(alpha) + torch.diag(beta[:-1], 1) + torch.diag(beta[:-1], -1)
    values, S = torch.linalg.eigh(T)
    return values, S[:, -vectors:].t() @ basis if vectors else S[0] ** 2


def spectrum(case):
    product, n = MODELS[case["model"]](case)
    generator = torch.Generator().manual_seed(1)

    def run():
        for _ in range(case["probes"]):
            lanczos(product, n, case["steps"], generator, case["vectors"])

    return run


def features(case):
    generator = numpy.random.default_rng(0)
    d, N, K = case["d"], case["N"], case["K"]
    labels = numpy.repeat(numpy.arange(K), N // K)
    H = generator.standard_normal((K, d))[labels] + generator.standard_normal((N, d))
    return H, labels, generator.standard_normal((K, d)), generator.standard_normal(K)


def scatter(H, labels, K):
    means = numpy.stack([H[labels == k].mean(0) for k in range(K)])
    centred = means - means.mean(0)
    deviations = H - means[labels]
    within = deviations.T @ deviations / len(H)
    between = centred.T @ centred / K
    return means, centred, numpy.trace(within @ numpy.linalg.pinv(between)) / K


def nc1(case):
    H, labels, _, _ = features(case)
    return lambda: scatter(H, labels, case["K"])


def nc(case):
    H, labels, W, b = features(case)
    K = case["K"]

    def run():
        means, centred, first = scatter(H, labels, K)
        gram = centred @ centred.T
        etf = (numpy.eye(K) - 1 / K) / numpy.sqrt(K - 1)
        second = numpy.linalg.norm(gram / numpy.linalg.norm(gram) - etf)
        third = numpy.linalg.norm(W / numpy.linalg.norm(W) - centred / numpy.linalg.norm(centred))
        distances = (means ** 2).sum(1) - 2 * H @ means.T
        fourth = ((H @ W.T + b).argmax(1) != distances.argmin(1)).mean()
        return first, second, third, fourth

    return run


METHODS = {"lanczos": spectrum, "nc1": nc1, "nc": nc}


if __name__ == "__main__":
    serve(lambda case: without_autograd(METHODS[case["method"]](case)))
