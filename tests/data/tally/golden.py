"""Golden vectors for tests/tally_golden.rs: `python3 tests/data/tally/golden.py`.

wdv: distances by scipy.stats.wasserstein_distance (q = 1) and by sorted samples repeated to a
common length (q = 2), weights and probabilities by numpy (Tao et al. 2023, eq. 5-7).
Dawid-Skene: expectation maximisation written anew in numpy, in matrix form.
"""

import json
from math import gcd
from pathlib import Path

import numpy as np
from scipy.stats import wasserstein_distance

rng = np.random.default_rng(20231203)
N_TREES = 10


def w2(a, b):
    n = len(a) * len(b) // gcd(len(a), len(b))
    a, b = (np.repeat(np.sort(x), n // len(x)) for x in (a, b))
    return np.sqrt(np.mean((a - b) ** 2))


def split_trees(n_classes, favourite):
    return rng.multinomial(N_TREES, np.where(np.arange(n_classes) == favourite, 5.0, 1.0) / (n_classes + 4))


def wdv():
    query = rng.normal(size=(13, 4)).round(3)
    clients = [(rng.normal(size=(n, 4)) * s + m).round(3) for n, s, m in [(9, 1, 0), (22, 1.4, 0.5), (13, 0.6, -1.2)]]
    distances = []
    for rows in clients:
        one = np.mean([wasserstein_distance(rows[:, j], query[:, j]) for j in range(4)])
        two = np.mean([w2(rows[:, j], query[:, j]) for j in range(4)])
        distances.append([one, two])
    # The ballot carries ten-thousandths.
    coarse = np.floor(np.array(distances) * 1e4 + 0.5)
    votes = np.array([[split_trees(3, rng.integers(3)) for _ in range(13)] for _ in clients])
    outcomes = []
    for q in (1, 2):
        for beta in (1.0, -1.0, 2.5):
            weights = np.exp(beta * (coarse[:, q - 1] / 1e4 - 1))
            weights = np.minimum(weights, 3 * np.sort(weights)[len(weights) // 2])
            sums = np.einsum("k,kbc->bc", weights, votes / N_TREES)
            outcomes.append({"q": q, "beta": beta, "probabilities": (sums / sums.sum(1, keepdims=True)).tolist()})
    return {"query": query.tolist(), "clients": [c.tolist() for c in clients], "distances": distances,
            "votes": votes.tolist(), "outcomes": outcomes}


def dawid_skene():
    n_classes, n_batteries = 4, 40
    held = [[0, 1, 2, 3], [0, 1], [1, 2, 3], [0, 2, 3], [2, 3]]
    skill = [0.9, 0.95, 0.5, 0.8, 0.7]
    truth = rng.integers(n_classes, size=n_batteries)
    votes = []
    for classes, good in zip(held, skill):
        rows = []
        for t in truth:
            at = classes.index(t) if t in classes and rng.random() < good else rng.integers(len(classes))
            rows.append(split_trees(len(classes), at).tolist())
        votes.append(rows)
    controls = [[int(b), int(truth[b])] for b in (3, 11, 27)]

    shares = np.zeros((len(held), n_batteries, n_classes))
    for k, classes in enumerate(held):
        shares[k][:, classes] = np.array(votes[k]) / N_TREES
    holders = np.array([sum(c in classes for classes in held) for c in range(n_classes)])
    # One hot answers: most trees, ties to the lowest class.
    answers = np.eye(n_classes)[shares.argmax(2)]
    posterior = (shares / holders).sum(0)
    posterior /= posterior.sum(1, keepdims=True)
    weight = np.ones(n_batteries)
    weight[[b for b, _ in controls]] = 3.0
    extra = np.zeros((len(held), n_classes, n_classes))
    for k, classes in enumerate(held):
        extra[k][classes, classes] = 1.0
    for _ in range(20):
        for b, c in controls:
            posterior[b] = np.eye(n_classes)[c]
        prior = 1 + posterior.sum(0)
        prior /= prior.sum()
        confusion = 0.1 + extra + np.einsum("b,bc,kba->kca", weight, posterior, answers)
        confusion /= confusion.sum(2, keepdims=True)
        log_posterior = np.log(prior) + np.einsum("kba,kca->bc", answers, np.log(confusion))
        posterior = np.exp(log_posterior - log_posterior.max(1, keepdims=True))
        posterior /= posterior.sum(1, keepdims=True)
    return {"n_classes": n_classes, "held": held, "votes": votes, "controls": controls,
            "probabilities": posterior.tolist()}


text = json.dumps({"wdv": wdv(), "dawid_skene": dawid_skene()})
Path(__file__).with_name("golden.json").write_text(text + "\n")
