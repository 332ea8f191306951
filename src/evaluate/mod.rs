//! Metrics, splits, client simulation and the published experiments.
