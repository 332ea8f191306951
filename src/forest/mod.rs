//! Random forests for classification and regression.
