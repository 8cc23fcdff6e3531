"""The peer of `benches --bin kernel`: the same two models in SimPy, by hand and lean.

python simpy_models.py mm1|line COUNT   prints lots per second of CPU time, and the mean time of a lot.
"""

import random
import sys
import time

import simpy


def mm1(count):
    rng, env = random.Random(1), simpy.Environment()
    machine = simpy.Resource(env, 1)
    total = [0.0]

    def lot():
        came = env.now
        with machine.request() as request:
            yield request
            yield env.timeout(rng.expovariate(1.0))
        total[0] += env.now - came

    def source():
        for _ in range(count):
            yield env.timeout(rng.expovariate(0.8))
            env.process(lot())

    env.process(source())
    env.run()
    return total[0] / count


def line(count):
    """Three stages, two routings, breakdowns that are resumed, 3 % rework, 1 % scrap."""
    rng, env = random.Random(1), simpy.Environment()
    total, over = [0.0], [0]

    class Center:
        def __init__(self, machines):
            self.idle = simpy.Store(env)
            for _ in range(machines):
                machine = Machine()
                self.idle.put(machine)

    class Machine:
        def __init__(self):
            self.up, self.work = True, None
            self.repaired = env.event()
            env.process(self.breaks())

        def breaks(self):
            while over[0] < count:
                yield env.timeout(rng.expovariate(1 / 480))
                self.up, self.repaired = False, env.event()
                if self.work is not None:
                    self.work.interrupt()
                yield env.timeout(rng.expovariate(1 / 30))
                self.up = True
                self.repaired.succeed()

        def run(self, left):
            while left > 0:
                if not self.up:
                    yield self.repaired
                begun = env.now
                self.work = env.active_process
                try:
                    yield env.timeout(left)
                    left = 0
                except simpy.Interrupt:
                    left -= env.now - begun
                self.work = None

    a, b, c = Center(2), Center(3), Center(2)
    routes = [[(a, 6), (b, 9), (c, 6)], [(a, 5), (c, 5)]]

    def lot(route, back):
        came, step = env.now, 0
        while step < len(route):
            center, mean = route[step]
            machine = yield center.idle.get()
            yield from machine.run(rng.expovariate(1 / mean))
            center.idle.put(machine)
            step += 1
            if step == len(route):
                if rng.random() < 0.01:
                    break
                if rng.random() < 0.03:
                    step = back
        total[0] += env.now - came
        over[0] += 1

    def source(kind):
        for _ in range(count // 2):
            yield env.timeout(rng.expovariate(1 / 8))
            env.process(lot(routes[kind], 1 - kind))

    env.process(source(0))
    env.process(source(1))
    env.run()
    return total[0] / count


if __name__ == "__main__":
    count = int(sys.argv[2])
    begun = time.process_time()
    mean = {"mm1": mm1, "line": line}[sys.argv[1]](count)
    print(count / (time.process_time() - begun), mean)
