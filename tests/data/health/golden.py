"""Golden numbers for tests/health_golden.rs from scikit-learn: python3 golden.py > golden.json"""

import json

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

N_ROWS, N_TRAIN, N_COLUMNS = 48, 36, 5


def table():
    """Rows from integers only, so that Rust can rebuild them exactly."""
    i, j = np.meshgrid(np.arange(N_ROWS), np.arange(N_COLUMNS), indexing="ij")
    x = ((i * (7 * j + 11) * 53 + 17 * j) % 499) / 499.0
    y = 0.8 + 0.2 * x[:, 0] - 0.1 * x[:, 1] * x[:, 2] + 0.05 * x[:, 3] ** 2
    return x, y


def main():
    x, y = table()
    train, test = x[:N_TRAIN], x[N_TRAIN:]
    targets = y[:N_TRAIN]
    scaler = StandardScaler().fit(train)
    scaled, scaled_test = scaler.transform(train), scaler.transform(test)
    mean = targets.mean()
    kernel = KernelRidge(alpha=0.01, kernel="rbf", gamma=0.05).fit(scaled, targets - mean)
    products = PolynomialFeatures(2, include_bias=False)
    boosting = GradientBoostingRegressor(n_estimators=30, max_depth=1, learning_rate=0.1, random_state=0)
    print(json.dumps({
        "ridge": Ridge(alpha=2.0).fit(scaled, targets).predict(scaled_test).tolist(),
        "quadratic": Ridge(alpha=2.0).fit(products.fit_transform(scaled), targets)
        .predict(products.transform(scaled_test)).tolist(),
        "kernel": (mean + kernel.predict(scaled_test)).tolist(),
        "boosting": boosting.fit(train, targets).predict(test).tolist(),
    }, indent=1))


main()
