"""Writes the golden files of the forest tests with scikit-learn.

python3 tests/data/forest/golden.py   (numpy 2.4, scikit-learn 1.9)

Values are multiples of 1/64, which scikit-learn's float32 holds exactly.
"""

import json
import pathlib

import numpy as np
from sklearn.datasets import make_classification, make_friedman1
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

HERE = pathlib.Path(__file__).parent
N_TRAIN = 200


def quantised(x):
    return np.round(x * 64) / 64


def spread(scores):
    return {"mean": float(np.mean(scores)), "sd": float(np.std(scores, ddof=1))}


def tree_table(tree):
    t = tree.tree_
    return [
        {"leaf": value.ravel().tolist()}
        if left < 0
        else {"feature": int(feature), "threshold": float(threshold), "left": int(left), "right": int(right)}
        for feature, threshold, left, right, value in zip(
            t.feature, t.threshold, t.children_left, t.children_right, t.value
        )
    ]


def classification():
    x, y = make_classification(
        n_samples=500, n_features=8, n_informative=4, n_redundant=1, n_classes=4,
        n_clusters_per_class=1, flip_y=0.08, class_sep=1.0, random_state=3,
    )
    x = quantised(x)
    fit, test = slice(0, N_TRAIN), slice(N_TRAIN, None)
    accuracy, out_of_bag, importance = [], [], []
    for seed in range(200):
        forest = RandomForestClassifier(10, oob_score=False, random_state=seed).fit(x[fit], y[fit])
        accuracy.append(forest.score(x[test], y[test]))
    for seed in range(60):
        forest = RandomForestClassifier(100, oob_score=True, random_state=seed).fit(x[fit], y[fit])
        out_of_bag.append(1 - forest.oob_score_)
        importance.append(forest.feature_importances_)
    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=3, random_state=0).fit(x[fit], y[fit])
    return {
        "x": x.ravel().tolist(), "n_features": x.shape[1], "y": y.tolist(), "n_train": N_TRAIN,
        "accuracy_10_trees": spread(accuracy), "out_of_bag_error_100_trees": spread(out_of_bag),
        "features_by_impurity_importance": np.argsort(-np.mean(importance, axis=0)).tolist(),
        "tree": tree_table(tree),
    }


def regression():
    x, y = make_friedman1(n_samples=500, n_features=6, noise=0.5, random_state=5)
    x, y = quantised(x), quantised(y)
    fit, test = slice(0, N_TRAIN), slice(N_TRAIN, None)
    errors = []
    for seed in range(100):
        forest = RandomForestRegressor(20, max_depth=64, max_features=2, random_state=seed).fit(x[fit], y[fit])
        errors.append(float(np.sqrt(np.mean((forest.predict(x[test]) - y[test]) ** 2))))
    tree = DecisionTreeRegressor(max_depth=3, min_samples_leaf=3, random_state=0).fit(x[fit], y[fit])
    return {
        "x": x.ravel().tolist(), "n_features": x.shape[1], "y": y.tolist(), "n_train": N_TRAIN,
        "rmse_20_trees": spread(errors), "tree": tree_table(tree),
    }


def write(name, value):
    (HERE / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


write("classification.json", classification())
write("regression.json", regression())
