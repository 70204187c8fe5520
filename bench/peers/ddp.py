#!/usr/bin/env python3
"""One training step by several processes in PyTorch's DistributedDataParallel over Gloo: the peer of `gan_bench together`.

    RANK=0 WORLD_SIZE=2 ... python3 bench/peers/ddp.py RECIPE THREADS BATCH SECONDS     rank 0 prints milliseconds a step (median)

The networks and steps of peers/pytorch.py in float32. BATCH is that of all processes.
"""
import os
import statistics
import sys
import time

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from pytorch import Paper, Quick, autocast_of


def main():
    recipe, threads, batch, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) >= size:  # as gan does: each process has its own
        os.sched_setaffinity(0, cores[len(cores) * rank // size : len(cores) * (rank + 1) // size])
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    dist.init_process_group("gloo")
    model = (Quick if recipe == "mnist-dense" else Paper)(batch // size, autocast_of("fp32"))
    torch.manual_seed(rank)
    model.G, model.D = DistributedDataParallel(model.G), DistributedDataParallel(model.D)
    x = torch.rand(batch // size, 784)

    def timed(steps):
        times = []
        for _ in range(steps):
            begin = time.perf_counter()
            model.step(x)
            times.append(time.perf_counter() - begin)
        return statistics.median(times)

    steps = torch.tensor(int(seconds / timed(10)) + 5)
    dist.broadcast(steps, 0)
    result = timed(int(steps))
    if rank == 0:
        print(1e3 * result)
    dist.barrier()


if __name__ == "__main__":
    main()
