"""PyTorch baseline for training a small conv net on 8 x 8 images on the CPU, one thread.

Reads {"method", "dtype", "batch", "seconds"} a line, answers {"stepsPerSecond"}. The net is that of conv.ts: 3 x 3
convolutions of 16 and 32 channels with padding 1, biases and ReLU, a 2 x 2 max pooling behind each, a head of 10.
Methods: "eager" is autograd and torch.optim.SGD; "channels-last" the same in that layout of memory.
"""
import torch
from torch import nn

from serve import serve


def start(case):
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(128, 10),
    )
    images = torch.randn(case["batch"], 1, 8, 8)
    labels = torch.arange(case["batch"]) % 10
    if case["method"] == "channels-last":
        net, images = net.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)

    def step():
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(net(images), labels).backward()
        optimizer.step()

    return step


if __name__ == "__main__":
    serve(start)
