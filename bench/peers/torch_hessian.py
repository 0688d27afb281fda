"""PyTorch baselines for a full dense Hessian and its eigenvalues on the CPU, one thread, float64.

Reads {"method", "model", "eigenvalues", ..., "seconds"} a line, answers {"stepsPerSecond"} (Hessians per second); the
models are those of torch_hvp.py. Methods: the products of torch_hvp.py on every unit vector, into one matrix that is
allocated once; "vmap" is functorch's vmap(jvp(grad(loss))) on blocks of unit vectors.
With "eigenvalues": 1, torch.linalg.eigvalsh of the symmetrised matrix follows.
"""
import functorch
import torch

from serve import serve, without_autograd
from torch_hvp import PRODUCTS, SHAPES, mlp_data, mlp_loss, mlp_parameters, ufm_loss, ufm_parameters

# Directions of one vmap: of 8, 32 and 128 the fastest on both models.
CHUNK = 128


def split(flat, shapes):
    parts, start = [], 0
    for rows, cols in shapes:
        parts.append(flat[start : start + rows * cols].view(rows, cols))
        start += rows * cols
    return parts


def column_by_column(case, shapes, size):
    product = PRODUCTS[case["model"], case["method"]](case)
    unit, matrix = torch.zeros(size), torch.empty(size, size)
    directions = split(unit, shapes)

    def hessian():
        for j in range(size):
            unit[j] = 1
            torch.cat([part.reshape(-1) for part in product(directions)], out=matrix[j])
            unit[j] = 0
        return matrix

    return hessian, getattr(product, "autograd", True)


def by_vmap(case, shapes, size):
    if case["model"] == "ufm":
        parameters, loss = ufm_parameters(case), lambda ps: ufm_loss(case, ps)
    else:
        parameters, (x, labels) = mlp_parameters(case), mlp_data(case)
        loss = lambda ps: mlp_loss(case, ps, x, labels)
    theta = torch.cat([p.reshape(-1) for p in parameters])
    gradient = functorch.grad(lambda flat: loss(split(flat, shapes)))
    products = functorch.vmap(lambda v: functorch.jvp(gradient, (theta,), (v,))[1])
    units, matrix = torch.eye(size), torch.empty(size, size)

    def hessian():
        for start in range(0, size, CHUNK):
            matrix[start : start + CHUNK] = products(units[start : start + CHUNK])
        return matrix

    return hessian, True


def start(case):
    shapes = SHAPES[case["model"]](case)
    size = sum(rows * cols for rows, cols in shapes)
    make = by_vmap if case["method"] == "vmap" else column_by_column
    hessian, autograd = make(case, shapes, size)

    def step():
        matrix = hessian()
        if case["eigenvalues"]:
            torch.linalg.eigvalsh((matrix + matrix.t()) / 2)

    return step if autograd else without_autograd(step)


if __name__ == "__main__":
    serve(start)
