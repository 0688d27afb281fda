"""What all peers share: requests as JSON lines on standard input, answers on standard output, one thread."""
import json
import sys
import time

import torch

torch.set_num_threads(1)


def rate_of(step, seconds):
    """Calls a second of processor time: a warm-up of at most 20 calls or a fifth of the time, at least one, then timed."""
    begin = time.process_time()
    for _ in range(20):
        step()
        if time.process_time() - begin > seconds / 5:
            break
    count, begin = 0, time.process_time()
    while time.process_time() - begin < seconds:
        step()
        count += 1
    return count / (time.process_time() - begin)


def serve(start):
    """Answers {"stepsPerSecond"} for each request; `start` gives a step for one, and may leave autograd as it likes."""
    for line in sys.stdin:
        case = json.loads(line)
        torch.set_default_dtype(getattr(torch, case.get("dtype", "float64")))
        with torch.enable_grad():
            step = start(case)
        with torch.set_grad_enabled(getattr(step, "autograd", True)):
            rate = rate_of(step, case["seconds"])
        print(json.dumps({"stepsPerSecond": rate}), flush=True)


def without_autograd(step):
    """Marks a step that is written by hand: PyTorch then keeps no graph, its best mode for such code."""
    step.autograd = False
    return step
