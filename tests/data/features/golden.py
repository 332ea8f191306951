"""Writes cycle.json: a small noisy cycle and its 30 features by numpy, scipy and scikit-learn.

python3 tests/data/features/golden.py   (numpy 2.4, scipy 1.17, scikit-learn 1.9)

An independent reading of method step b and the feature table: no outlier rule, no median.
"""

import json
import pathlib

import numpy as np
from scipy import stats
from sklearn.isotonic import IsotonicRegression

L = 1000
SMOOTHING_V = 0.006
NOMINAL_AH = 2.5


def half(rng, n, rising):
    q = np.round(np.linspace(0.0, 2.0, n), 6)
    x = q / 2.0
    # A sloping curve with a plateau and steep ends.
    v = 3.45 + 0.5 * x + 0.05 * np.tanh((x - 0.4) * 30) + 0.25 * np.tanh((x - 1.0) * 25)
    v = v - 0.35 * np.exp(-x * 40) + 0.004 * rng.standard_normal(n)
    v = v if rising else (v[::-1] - 0.1)
    return q, np.round(v, 4)


def knots(q, v, rising):
    fitted = IsotonicRegression(increasing=rising).fit_transform(np.arange(len(v)), v)
    edges = np.flatnonzero(np.diff(fitted) != 0)
    starts, ends = np.r_[0, edges + 1], np.r_[edges, len(v) - 1]
    return (q[starts] + q[ends]) / 2, fitted[starts]


def features(q, v, rising):
    knot_q, knot_v = knots(q, v, rising)
    v_of_q = np.interp(np.linspace(0, q[-1] - q[0], L), knot_q - q[0], knot_v)
    order = np.argsort(knot_v)
    edges = np.linspace(knot_v.min(), knot_v.max(), L + 1)
    step = edges[1] - edges[0]
    rough = np.abs(np.diff(np.interp(edges, knot_v[order], knot_q[order]))) / step
    reach = int(np.ceil(4 * SMOOTHING_V / step))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / SMOOTHING_V) ** 2)
    cut = slice(reach, reach + L)
    dq_dv = np.convolve(rough, kernel)[cut] / np.convolve(np.ones(L), kernel)[cut] / NOMINAL_AH
    middles = (edges[:-1] + edges[1:]) / 2
    peak = np.argmax(dq_dv)
    moments = lambda a: [a.mean(), a.std(), stats.skew(a), stats.kurtosis(a, fisher=False)]
    return [dq_dv[peak], middles[peak], *moments(dq_dv), *moments(v_of_q),
            *np.quantile(v_of_q, [0.1, 0.25, 0.5, 0.75, 0.9])]


rng = np.random.default_rng(11)
charge, discharge = half(rng, 90, True), half(rng, 70, False)
pack = lambda qv: {"charge_ah": qv[0].tolist(), "voltage_v": qv[1].tolist()}
result = {
    "nominal_ah": NOMINAL_AH, "charge": pack(charge), "discharge": pack(discharge),
    "features": [float(f) for f in features(*charge, True) + features(*discharge, False)],
}
text = json.dumps(result, separators=(",", ":")) + "\n"
(pathlib.Path(__file__).parent / "cycle.json").write_text(text)
