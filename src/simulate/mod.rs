//! Physics-based one-cycle cells: half-cell potentials, ageing, resistance, measurement faults.
