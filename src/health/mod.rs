//! State of health from a rapid pulse test (Tao et al. 2024).
